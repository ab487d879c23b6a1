select
    investments.delivery_id,
    investments.source_row_number,
    investments.source_column,
    investments.administration_code,
    moved.current_administration_code,
    moved.current_administration_source,
    investments.project_code,
    investments.project_name,
    investments.fiscal_year,
    investments.version_code,
    investments.line_code,
    investments.steering_area_code,
    investments.financing_route_code,
    investments.status_code,
    investments.start_date as project_start_date,
    investments.end_date as project_end_date,
    investments.capability_code,
    investments.system_keys,
    investments.price_year,
    investments.investment_amount,
    investments.is_newest_version,
    investments.version_number,
    investments.is_newest_statement
from {{ ref("int_investment__versioned") }} as investments
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on investments.administration_code = moved.administration_code
    and coalesce(investments.capability_code, '') = moved.capability_code
