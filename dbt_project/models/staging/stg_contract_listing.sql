with
    source as (select * from {{ source("inputs", "raw_contracts") }}),

    renamed as (
        select
            delivery_id,
            source_row_number,
            administration_code,
            contract_key,
            contract_name,
            supplier_name,
            start_date,
            end_date,
            terminated_date,
            yearly_amount,
            owner_unit_name
        from source
    )

select *
from renamed
