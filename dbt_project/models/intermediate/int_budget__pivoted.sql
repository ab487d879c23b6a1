select
    administration_code,
    budget_line_key,
    fiscal_year,
    min(budget_line_name) as budget_line_name,
    {{ only_value("project_code") }} as project_code,
    {{ only_value("capability_code") }} as capability_code,
    {% for measure in ["adopted", "adjusted", "committed", "actual", "forecast"] %}
        {{ known_sum("budget_amount", "measure_code = '" ~ measure ~ "'") }}
        as {{ measure }}_amount,
    {% endfor %}
    {{
        only_value(
            "case when measure_code in ('adjusted', 'forecast') then price_year end"
        )
    }} as variance_price_year,
    {{ only_value("price_year") }} as price_year
from {{ ref("int_budget__versioned") }}
where is_newest_version
group by administration_code, budget_line_key, fiscal_year
