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
    ),

    lines as (
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
    )

select
    {{
        make_id(
            [
                "lines.administration_code",
                "line_kind",
                "line_key",
                "fiscal_year",
                "version_code",
                "steering_area_code",
            ]
        )
    }} as overview_line_id,
    lines.administration_code,
    administrations.administration_name,
    moved.current_administration_code,
    moved.current_administration_source,
    lines.line_kind,
    lines.line_key,
    lines.line_name,
    {% for column in version + project %} lines.{{ column }}, {% endfor %}
    lines.is_also_investment,
    {% for name in measures %} lines.{{ name }}_amount, {% endfor %}
    -- Amounts of two price levels have no difference: then the price year is null.
    cast(
        case
            when lines.variance_price_year is not null
            then lines.forecast_amount - lines.adjusted_amount
        end as decimal(18, 2)
    ) as variance_amount,
    cast(
        case
            when lines.remaining_price_year is not null
            then lines.adjusted_amount - lines.actual_amount - lines.committed_amount
        end as decimal(18, 2)
    ) as remaining_amount,
    {% for name in investment_only %} lines.{{ name }}_amount, {% endfor %}
    lines.price_year,
    {{ currency_code() }} as currency_code
from lines
inner join
    {{ ref("dim_administration") }} as administrations
    on lines.administration_code = administrations.administration_code
    and administrations.is_current
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on lines.administration_code = moved.administration_code
    and coalesce(lines.capability_code, '') = moved.capability_code
