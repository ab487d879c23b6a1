with
    owners as (
        select system_id, system_use_id
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    )

select
    allocated.contract_id,
    allocated.administration_code,
    {{ current_administration("moved", "unlisted") }},
    allocated.system_key,
    owners.system_id,
    allocated.part_count,
    allocated.allocated_yearly_amount,
    contracts.delivery_id,
    contracts.source_row_number
from {{ ref("int_contract_cost__allocated") }} as allocated
inner join
    {{ ref("int_contract__deduplicated") }} as contracts
    on allocated.contract_id = contracts.contract_id
left join owners on allocated.system_use_id = owners.system_use_id
left join
    {{ ref("int_system_use__transferred") }} as moved
    on owners.system_id = moved.system_id
inner join
    {{ ref("int_administration_task__transferred") }} as unlisted
    on allocated.administration_code = unlisted.administration_code
    and unlisted.capability_code = ''
