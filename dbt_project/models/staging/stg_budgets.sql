with
    source as (select * from {{ source("inputs", "raw_budgets") }}),

    in_force as (
        select delivery_id, business_date
        from {{ ref("stg_delivery") }}
        where is_in_force
    ),

    renamed as (
        select
            source.delivery_id,
            source.source_row_number,
            source.source_column,
            source.administration_code,
            source.administration_name,
            in_force.business_date,
            source.budget_line_key,
            source.budget_line_name,
            source.fiscal_year,
            source.version_code,
            source.measure_code,
            source.function_code,
            source.dranst_code,
            source.art_code,
            source.cost_centre_code,
            source.project_code,
            source.capability_code,
            source.price_year,
            source.budget_amount
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
