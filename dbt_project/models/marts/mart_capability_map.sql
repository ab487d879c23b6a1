{%- set is_no_task = (
    "parts.taxonomy_code = 'task' and parts.capability_code = "
    ~ no_task_code()
) -%}
with
    uses as (select * from {{ ref("int_capability_use__allocated") }}),

    wholes as (
        select
            taxonomy_code,
            capability_code,
            sum(case when is_separate then 1 else 0 end) as capability_system_count,
            count(distinct administration_code) as capability_administration_count,
            count(distinct product_id) as capability_product_count
        from uses
        group by taxonomy_code, capability_code
    ),

    parts as (
        select
            taxonomy_code,
            capability_level,
            capability_code,
            administration_code,
            sum(case when is_owner then 1 else 0 end) as system_count,
            sum(case when is_owner then 0 else 1 end) as borrowed_system_count,
            count(distinct product_id) as product_count,
            count(yearly_cost_amount) as known_cost_count,
            sum(yearly_cost_amount) as yearly_cost_amount,
            sum(allocated_cost_amount) as allocated_cost_amount,
            sum(user_count) as user_count,
            sum(
                case when user_count > 0 then yearly_cost_amount end
            ) as priced_cost_amount,
            sum(
                case when yearly_cost_amount is not null then user_count end
            ) as priced_user_count
        from uses
        group by taxonomy_code, capability_level, capability_code, administration_code
    )

select
    {{
        make_id(
            [
                "parts.taxonomy_code",
                "parts.capability_code",
                "parts.administration_code",
            ]
        )
    }} as capability_map_id,
    parts.taxonomy_code,
    cast(parts.capability_level as bigint) as capability_level,
    case
        when parts.taxonomy_code = 'task' then parts.capability_code
    end as capability_code,
    case
        when parts.taxonomy_code = 'business_type' then parts.capability_code
    end as business_type_name,
    case
        when {{ is_no_task }}
        then 'No task stated'
        else coalesce(capabilities.capability_name, parts.capability_code)
    end as capability_name,
    capabilities.parent_capability_code,
    parts.administration_code,
    administrations.administration_name,
    cast(parts.system_count as bigint) as system_count,
    cast(parts.borrowed_system_count as bigint) as borrowed_system_count,
    parts.product_count,
    cast(parts.yearly_cost_amount as decimal(18, 2)) as yearly_cost_amount,
    cast(parts.allocated_cost_amount as decimal(18, 2)) as allocated_cost_amount,
    figures.sign_off_state_code,
    {{ share_pct("parts.known_cost_count", "parts.system_count") }} as known_cost_pct,
    cast(parts.user_count as bigint) as user_count,
    {{ unit_price("parts.priced_cost_amount", "parts.priced_user_count") }}
    as cost_per_user_amount,
    cast(wholes.capability_system_count as bigint) as capability_system_count,
    wholes.capability_administration_count,
    wholes.capability_product_count,
    case
        when not ({{ is_no_task }})
        then
            {{
                overlap_index(
                    "wholes.capability_system_count",
                    "wholes.capability_administration_count",
                )
            }}
    end as overlap_index_value
from parts
inner join
    wholes
    on parts.taxonomy_code = wholes.taxonomy_code
    and parts.capability_code = wholes.capability_code
inner join
    {{ ref("dim_administration") }} as administrations
    on parts.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("dim_capability") }} as capabilities
    on parts.taxonomy_code = 'task'
    and parts.capability_code = capabilities.capability_code
left join
    {{ ref("dim_figure") }} as figures
    on parts.administration_code = figures.administration_code
    and figures.figure_code = 'yearly_cost'
