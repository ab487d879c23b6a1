with
    source as (select * from {{ source("inputs", "previous_contract") }}),

    renamed as (
        select
            contract_id,
            administration_code,
            contract_name,
            source_supplier_name,
            contract_state_code,
            contract_end_date,
            terminated_date,
            yearly_amount,
            delivery_id,
            source_row_number
        from source
    )

select *
from renamed
