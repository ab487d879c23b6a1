-- What belongs to the use as a whole stands at its owner; of several tasks of one level
-- each gets an equal part of the cost, to the øre, so that a level adds up.
with uses as (select * from {{ ref("int_system_use__deduplicated") }})

select
    tasks.taxonomy_code,
    tasks.capability_level,
    tasks.capability_code,
    expanded.administration_code,
    expanded.system_use_id,
    expanded.is_owner,
    links.product_id,
    expanded.is_owner and separated.system_use_id is not null as is_separate,
    case when expanded.is_owner then uses.user_count end as user_count,
    case when expanded.is_owner then costs.yearly_cost_amount end as yearly_cost_amount,
    case
        when expanded.is_owner
        then
            {{
                equal_part(
                    "costs.yearly_cost_amount",
                    "tasks.part_count",
                    "tasks.part_number",
                )
            }}
    end as allocated_cost_amount
from {{ ref("int_system_capability__ascended") }} as tasks
inner join uses on tasks.system_use_id = uses.system_use_id
inner join
    {{ ref("int_system_use__shared_expanded") }} as expanded
    on tasks.system_use_id = expanded.system_use_id
inner join
    {{ ref("int_system_cost__chosen") }} as costs
    on tasks.system_use_id = costs.system_use_id
inner join
    {{ ref("stg_product_link") }} as links
    on uses.administration_code = links.administration_code
    and uses.system_key = links.system_key
left join
    {{ ref("int_system_use__separated") }} as separated
    on tasks.system_use_id = separated.system_use_id
where {{ is_in_use("uses.lifecycle_code", "uses.use_end_date") }}
