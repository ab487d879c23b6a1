{%- set lines = {
    "adopted": "plan_adopted",
    "adjusted": "plan_adjusted",
    "committed": "committed",
    "actual": "actual",
    "forecast": "forecast",
} -%}
select
    administration_code,
    project_code,
    fiscal_year,
    steering_area_code,
    min(project_name) as project_name,
    {{ only_value("financing_route_code") }} as financing_route_code,
    {{ only_value("status_code") }} as status_code,
    {{ only_value("capability_code") }} as capability_code,
    {% for measure, line in lines.items() %}
        {{ known_sum("investment_amount", "line_code = '" ~ line ~ "'") }}
        as {{ measure }}_amount,
    {% endfor %}
    {{
        only_value(
            "case when line_code in ('plan_adjusted', 'forecast') then price_year end"
        )
    }} as variance_price_year,
    {{ only_value("price_year") }} as price_year
from {{ ref("int_investment__versioned") }}
where is_newest_version and line_code in ('{{ lines.values() | join("', '") }}')
group by administration_code, project_code, fiscal_year, steering_area_code
having count(investment_amount) > 0
