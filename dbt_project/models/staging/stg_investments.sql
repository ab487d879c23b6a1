with
    source as (select * from {{ source("inputs", "raw_investments") }}),

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
            source.project_code,
            source.project_name,
            source.fiscal_year,
            source.version_code,
            source.line_code,
            source.steering_area_code,
            source.financing_route_code,
            source.status_code,
            source.start_date,
            source.end_date,
            source.capability_code,
            source.system_keys,
            source.price_year,
            source.investment_amount
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
