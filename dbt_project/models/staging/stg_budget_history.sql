with
    source as (select * from {{ source("inputs", "raw_budgets") }}),

    accepted as (
        select delivery_id, business_date, is_in_force
        from {{ ref("stg_delivery") }}
        where delivery_status_code = 'accepted'
    ),

    renamed as (
        select
            source.delivery_id,
            source.source_row_number,
            accepted.business_date,
            accepted.is_in_force,
            source.administration_code,
            source.budget_line_key,
            source.fiscal_year,
            source.version_code,
            source.measure_code,
            source.price_year,
            source.budget_amount
        from source
        inner join accepted on source.delivery_id = accepted.delivery_id
    )

select *
from renamed
