-- Newest as for budgets. The steering area is no part of the key: a plan that moves
-- from service to anlæg is not two plans.
select
    delivery_id,
    source_row_number,
    source_column,
    administration_code,
    project_code,
    project_name,
    fiscal_year,
    version_code,
    line_code,
    steering_area_code,
    financing_route_code,
    status_code,
    start_date,
    end_date,
    capability_code,
    system_keys,
    coalesce(price_year, fiscal_year) as price_year,
    investment_amount,
    rank() over (
        partition by administration_code, project_code, fiscal_year, line_code
        order by
            {{ version_order("version_code") }} desc,
            version_code desc,
            business_date desc,
            delivery_id desc
    )
    = 1 as is_newest_version,
    {{
        version_numbers(
            ["administration_code", "project_code", "fiscal_year"], "line_code"
        )
    }}
from {{ ref("stg_investments") }}
