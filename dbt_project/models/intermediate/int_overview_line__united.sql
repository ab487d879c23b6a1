{%- set measures = ["adopted", "adjusted", "committed", "actual", "forecast"] -%}
{%- set investment_only = [
    "financed",
    "planned_cashable_benefit",
    "planned_non_cashable_benefit",
    "realised_cashable_benefit",
    "realised_non_cashable_benefit",
] -%}
{%- set version = [
    "fiscal_year",
    "version_code",
    "version_number",
    "is_latest_version",
] -%}
{%- set project = [
    "steering_area_code",
    "financing_route_code",
    "status_code",
    "project_code",
    "capability_code",
] -%}
with
    projects as (
        select distinct administration_code, project_code
        from {{ ref("int_investment__pivoted") }}
    )

select
    administration_code,
    'investment' as line_kind,
    project_code as line_key,
    project_name as line_name,
    {{ (version + project) | join(", ") }},
    false as is_also_investment,
    {% for name in measures + investment_only %} {{ name }}_amount, {% endfor %}
    variance_price_year,
    remaining_price_year,
    price_year
from {{ ref("int_investment__pivoted") }}
union all
select
    budgets.administration_code,
    'run' as line_kind,
    budgets.budget_line_key as line_key,
    budgets.budget_line_name as line_name,
    {% for column in version %} budgets.{{ column }}, {% endfor %}
    cast(null as {{ dbt.type_string() }}) as steering_area_code,
    cast(null as {{ dbt.type_string() }}) as financing_route_code,
    cast(null as {{ dbt.type_string() }}) as status_code,
    budgets.project_code,
    budgets.capability_code,
    projects.project_code is not null as is_also_investment,
    {% for name in measures %} {{ name }}_amount, {% endfor %}
    {% for name in investment_only %}
        cast(null as decimal(18, 2)) as {{ name }}_amount,
    {% endfor %}
    budgets.variance_price_year,
    budgets.remaining_price_year,
    budgets.price_year
from {{ ref("int_budget__pivoted") }} as budgets
left join
    projects
    on budgets.administration_code = projects.administration_code
    and budgets.project_code = projects.project_code
