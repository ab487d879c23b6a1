with
    source as (select * from {{ source("inputs", "raw_investments") }}),

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
            source.project_code,
            source.fiscal_year,
            source.version_code,
            source.line_code,
            source.steering_area_code,
            source.price_year,
            source.investment_amount
        from source
        inner join accepted on source.delivery_id = accepted.delivery_id
    )

select *
from renamed
