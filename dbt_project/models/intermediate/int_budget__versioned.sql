-- Newest: the greatest digits of the version code (B2026 before 2026-09), then the
-- newest business date.
select
    delivery_id,
    source_row_number,
    source_column,
    administration_code,
    budget_line_key,
    budget_line_name,
    fiscal_year,
    version_code,
    measure_code,
    function_code,
    dranst_code,
    art_code,
    cost_centre_code,
    project_code,
    capability_code,
    coalesce(price_year, fiscal_year) as price_year,
    budget_amount,
    rank() over (
        partition by administration_code, budget_line_key, fiscal_year, measure_code
        order by
            {{ version_order("version_code") }} desc,
            version_code desc,
            business_date desc,
            delivery_id desc
    )
    = 1 as is_newest_version,
    {{
        version_numbers(
            ["administration_code", "budget_line_key", "fiscal_year"], "measure_code"
        )
    }}
from {{ ref("stg_budgets") }}
