-- A framework's yearly amount repeats what its call-offs pay, so it counts only where
-- no running call-off states one.
with
    running as (
        select
            contract_id,
            administration_code,
            contract_key,
            parent_contract_key,
            contract_type_code,
            yearly_amount,
            is_running
        from {{ ref("int_contract__dated") }}
    ),

    call_offs as (
        select distinct administration_code, parent_contract_key
        from running
        where
            is_running and yearly_amount is not null and parent_contract_key is not null
    )

select
    running.contract_id,
    running.is_running,
    running.is_running
    and not (
        coalesce(running.contract_type_code, '') = 'framework'
        and call_offs.parent_contract_key is not null
    ) as is_cost_counted
from running
left join
    call_offs
    on running.administration_code = call_offs.administration_code
    and running.contract_key = call_offs.parent_contract_key
