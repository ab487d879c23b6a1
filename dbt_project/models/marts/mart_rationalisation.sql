{%- set dimensions = [
    "business_support",
    "technical_state",
    "documentation",
    "economy",
    "contracts",
    "security",
] -%}
with
    scores as (
        select
            system_id,
            {%- for dimension in dimensions %}
                {%- set mine = "dimension_code = '" ~ dimension ~ "'" %}
                max(
                    case when {{ mine }} then score_value end
                ) as {{ dimension }}_score_value,
                max(
                    case when {{ mine }} then assessed_date end
                ) as {{ dimension }}_assessed_date,
                max(
                    case when {{ mine }} then assessor_role_name end
                ) as {{ dimension }}_assessor_role_name,
            {%- endfor %}
            count(*) as assessed_dimension_count
        from {{ ref("int_assessment__chosen") }}
        group by system_id
    ),

    axes as (
        select
            system_id,
            {%- for axis in ["business_value", "technical_fit"] %}
                {%- set mine = "axis_code = '" ~ axis ~ "'" %}
                max(case when {{ mine }} then axis_value end) as {{ axis }}_score_value,
                max(
                    case when {{ mine }} then known_weight_pct end
                ) as {{ axis }}_known_pct,
                max(
                    case
                        when {{ mine }} and is_high
                        then 1
                        when {{ mine }} and not is_high
                        then 0
                    end
                ) as {{ axis }}_high,
                max(
                    case when {{ mine }} and has_threshold then 1 else 0 end
                ) as {{ axis }}_has_rules,
            {%- endfor %}
            {{ join_text("missing_dimension_codes", "|", "axis_code") }}
            as missing_dimension_codes
        from {{ ref("int_system_axis__weighted") }}
        group by system_id
    )

select
    systems.system_id,
    systems.administration_code,
    systems.current_administration_code,
    systems.current_administration_source,
    systems.system_name,
    systems.product_id,
    {%- for dimension in dimensions %}
        scores.{{ dimension }}_score_value,
        scores.{{ dimension }}_assessed_date,
        scores.{{ dimension }}_assessor_role_name,
    {%- endfor %}
    coalesce(scores.assessed_dimension_count, 0) as assessed_dimension_count,
    axes.business_value_score_value,
    axes.business_value_known_pct,
    axes.technical_fit_score_value,
    axes.technical_fit_known_pct,
    -- Gartner's TIME: the upper quadrant on each axis from the threshold on
    case
        when axes.business_value_high is null or axes.technical_fit_high is null
        then 'not_assessed'
        when axes.business_value_high = 1 and axes.technical_fit_high = 1
        then 'invest'
        when axes.business_value_high = 1
        then 'migrate'
        when axes.technical_fit_high = 1
        then 'tolerate'
        else 'eliminate'
    end as quadrant_code,
    axes.missing_dimension_codes,
    coalesce(axes.business_value_has_rules + axes.technical_fit_has_rules, 0)
    = 2 as has_weights,
    systems.yearly_cost_amount,
    systems.yearly_cost_source,
    systems.user_count,
    costs.cost_per_user_amount as own_cost_per_user_amount,
    costs.peer_basis_code,
    costs.peer_count,
    costs.peer_median_amount as peer_cost_per_user_amount,
    cast(
        round(
            costs.cost_per_user_amount / nullif(costs.peer_median_amount, 0), 4
        ) as decimal(18, 4)
    ) as cost_per_user_ratio_value,
    systems.contract_id,
    contracts.contract_end_date,
    {{ contract_standing("systems.contract_id", "contracts.contract_end_date") }}
    as contract_standing_code,
    systems.support_status_code,
    systems.support_end_date
from {{ ref("dim_system") }} as systems
left join scores on systems.system_id = scores.system_id
left join axes on systems.system_id = axes.system_id
left join
    {{ ref("int_system_cost__compared") }} as costs
    on systems.system_id = costs.system_id
left join
    {{ ref("dim_contract") }} as contracts
    on systems.contract_id = contracts.contract_id
where systems.is_owner and systems.is_in_use
