select
    budgets.delivery_id,
    budgets.source_row_number,
    budgets.source_column,
    budgets.administration_code,
    moved.current_administration_code,
    moved.current_administration_source,
    budgets.budget_line_key,
    budgets.budget_line_name,
    budgets.fiscal_year,
    budgets.version_code,
    budgets.measure_code,
    budgets.function_code,
    budgets.dranst_code,
    budgets.art_code,
    budgets.cost_centre_code,
    budgets.project_code,
    budgets.capability_code,
    budgets.price_year,
    budgets.budget_amount,
    budgets.is_newest_version,
    budgets.version_number,
    budgets.is_newest_statement
from {{ ref("int_budget__versioned") }} as budgets
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on budgets.administration_code = moved.administration_code
    and coalesce(budgets.capability_code, '') = moved.capability_code
