with
    source as (select * from {{ source("inputs", "previous_system") }}),

    renamed as (
        select
            system_id,
            administration_code,
            is_owner,
            is_in_use,
            system_name,
            product_name,
            supplier_name,
            lifecycle_code,
            use_end_date,
            user_count,
            contract_id,
            yearly_cost_amount,
            yearly_cost_source,
            delivery_id,
            source_row_number
        from source
    )

select *
from renamed
