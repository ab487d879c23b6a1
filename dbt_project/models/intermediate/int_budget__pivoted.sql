select
    administration_code,
    budget_line_key,
    fiscal_year,
    row_version_code as version_code,
    row_version_number as version_number,
    is_latest_version,
    min(budget_line_name) as budget_line_name,
    {{ only_value("project_code") }} as project_code,
    {{ only_value("capability_code") }} as capability_code,
    {% for measure in ["adopted", "adjusted", "committed", "actual", "forecast"] %}
        {{ known_sum("budget_amount", "measure_code = '" ~ measure ~ "'") }}
        as {{ measure }}_amount,
    {% endfor %}
    {{ price_year_of("measure_code", ["adjusted", "forecast"]) }}
    as variance_price_year,
    {{ price_year_of("measure_code", ["adjusted", "actual", "committed"]) }}
    as remaining_price_year,
    {{ only_value("price_year") }} as price_year
from {{ ref("int_budget__carried") }}
group by
    administration_code,
    budget_line_key,
    fiscal_year,
    row_version_code,
    row_version_number,
    is_latest_version
