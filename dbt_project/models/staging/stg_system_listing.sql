with
    source as (select * from {{ source("inputs", "raw_systems") }}),

    renamed as (
        select
            delivery_id,
            source_row_number,
            administration_code,
            system_key,
            system_name,
            supplier_name,
            lifecycle_code,
            use_end_date,
            owner_unit_name,
            stated_yearly_amount
        from source
    )

select *
from renamed
