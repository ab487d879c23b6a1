{%- set lines = {
    "adopted": "plan_adopted",
    "adjusted": "plan_adjusted",
    "committed": "committed",
    "actual": "actual",
    "forecast": "forecast",
    "financed": "financing",
    "planned_cashable_benefit": "benefit_cashable",
    "planned_non_cashable_benefit": "benefit_non_cashable",
    "realised_cashable_benefit": "benefit_cashable_realised",
    "realised_non_cashable_benefit": "benefit_non_cashable_realised",
} -%}
select
    administration_code,
    project_code,
    fiscal_year,
    row_version_code as version_code,
    row_version_number as version_number,
    is_latest_version,
    steering_area_code,
    min(project_name) as project_name,
    {{ only_value("financing_route_code") }} as financing_route_code,
    {{ only_value("status_code") }} as status_code,
    {{ only_value("capability_code") }} as capability_code,
    {% for measure, line in lines.items() %}
        {{ known_sum("investment_amount", "line_code = '" ~ line ~ "'") }}
        as {{ measure }}_amount,
    {% endfor %}
    {{ price_year_of("line_code", ["plan_adjusted", "forecast"]) }}
    as variance_price_year,
    {{ price_year_of("line_code", ["plan_adjusted", "actual", "committed"]) }}
    as remaining_price_year,
    {{ only_value("price_year") }} as price_year
from {{ ref("int_investment__carried") }}
group by
    administration_code,
    project_code,
    fiscal_year,
    row_version_code,
    row_version_number,
    is_latest_version,
    steering_area_code
having count(investment_amount) > 0
