{%- set grain = [
    "administration_code",
    "current_administration_code",
    "current_administration_source",
    "fiscal_year",
    "fiscal_period",
    "posting_month_date",
    "supplier_id",
    "product_id",
    "cost_pool_code",
    "spend_kind_code",
    "steering_area_code",
    "is_internal",
    "is_eliminated",
] -%}
{%- set drivers = {
    "system": ["system_reference", "system_name"],
    "project": ["project"],
    "contract": ["contract_reference", "contract_name", "single_contract"],
    "supplier": ["supplier"],
} -%}
with
    parts as (
        select
            spend.*,
            {{ current_administration("systems", "unlisted") }},
            systems.product_id,
            cast(
                {{ dbt.date_trunc("month", "spend.posting_date") }} as date
            ) as posting_month_date,
            {{ spend_confidence_code("spend.driver_code", "spend.split_code") }}
            as confidence_code
        from {{ ref("fct_it_spend") }} as spend
        left join
            {{ ref("dim_system") }} as systems on spend.system_id = systems.system_id
        inner join
            {{ ref("int_administration_task__transferred") }} as unlisted
            on spend.administration_code = unlisted.administration_code
            and unlisted.capability_code = ''
    ),

    summed as (
        select
            {{ make_id(grain) }} as it_spend_id,
            {{ grain | join(", ") }},
            {{ join_text("distinct spend_rule_code", "|", "spend_rule_code") }}
            as spend_rule_codes,
            count(*) as spend_part_count,
            sum(spend_amount) as spend_amount,
            {{ known_sum("spend_real_amount", "true") }} as spend_real_amount,
            cast(
                round(
                    sum(confidence_pct * abs(spend_amount))
                    / nullif(sum(abs(spend_amount)), 0),
                    2
                ) as decimal(5, 2)
            ) as rule_confidence_pct,
            {% for driver, codes in drivers.items() %}
                {{
                    moved_share_pct(
                        "spend_amount",
                        "driver_code in ('" ~ codes | join("', '") ~ "')",
                    )
                }} as {{ driver }}_driver_pct,
            {% endfor %}
            {% for code in ["matched", "contract", "estimated", "unassigned"] %}
                {{
                    moved_share_pct(
                        "spend_amount", "confidence_code = '" ~ code ~ "'"
                    )
                }} as {{ code }}_spend_pct {%- if not loop.last %},{% endif %}
            {% endfor %}
        from parts
        group by {{ grain | join(", ") }}
    )

select
    summed.it_spend_id,
    {% for column in grain %} summed.{{ column }}, {% endfor %}
    administrations.administration_name,
    suppliers.supplier_name,
    products.product_name,
    summed.spend_part_count,
    cast(summed.spend_amount as decimal(18, 2)) as spend_amount,
    summed.spend_real_amount,
    {{ report_price_year() }} as price_year,
    case
        when not summed.is_eliminated then figures.sign_off_state_code
    end as sign_off_state_code,
    summed.spend_rule_codes,
    summed.rule_confidence_pct,
    {% for driver in drivers %} summed.{{ driver }}_driver_pct, {% endfor %}
    summed.matched_spend_pct,
    summed.contract_spend_pct,
    summed.estimated_spend_pct,
    summed.unassigned_spend_pct,
    {{ currency_code() }} as currency_code
from summed
inner join
    {{ ref("dim_administration") }} as administrations
    on summed.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("dim_supplier") }} as suppliers on summed.supplier_id = suppliers.supplier_id
left join
    {{ ref("dim_product") }} as products on summed.product_id = products.product_id
left join
    {{ ref("dim_figure") }} as figures
    on summed.administration_code = figures.administration_code
    and summed.fiscal_year = figures.fiscal_year
    and figures.figure_kind_code = 'it_spend'
