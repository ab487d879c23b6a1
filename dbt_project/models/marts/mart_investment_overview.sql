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
select
    {{
        make_id(
            [
                "lines.administration_code",
                "line_kind",
                "line_key",
                "lines.fiscal_year",
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
    case
        when lines.line_kind = 'investment' then figures.sign_off_state_code
    end as sign_off_state_code,
    {{ currency_code() }} as currency_code
from {{ ref("int_overview_line__united") }} as lines
inner join
    {{ ref("dim_administration") }} as administrations
    on lines.administration_code = administrations.administration_code
    and administrations.is_current
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on lines.administration_code = moved.administration_code
    and coalesce(lines.capability_code, '') = moved.capability_code
left join
    {{ ref("dim_figure") }} as figures
    on lines.administration_code = figures.administration_code
    and lines.fiscal_year = figures.fiscal_year
    and figures.figure_kind_code = 'investment_adopted'
