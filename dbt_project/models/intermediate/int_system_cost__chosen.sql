-- A contract that runs says more than the inventory's own figure; where neither says
-- anything the cost is unknown, not 0.
with
    contract_cost as (
        select
            allocated.system_use_id,
            cast(
                sum(allocated.allocated_yearly_amount) as decimal(18, 2)
            ) as contract_amount
        from {{ ref("int_contract_cost__allocated") }} as allocated
        inner join
            {{ ref("int_contract__cost_counted") }} as counted
            on allocated.contract_id = counted.contract_id
        where
            counted.is_cost_counted
            and allocated.system_use_id is not null
            and allocated.allocated_yearly_amount is not null
        group by allocated.system_use_id
    )

select
    uses.system_use_id,
    coalesce(
        contract_cost.contract_amount, uses.stated_yearly_amount
    ) as yearly_cost_amount,
    case
        when contract_cost.contract_amount is not null
        then 'contract'
        when uses.stated_yearly_amount is not null
        then 'inventory'
        else 'none'
    end as yearly_cost_source
from {{ ref("int_system_use__deduplicated") }} as uses
left join contract_cost on uses.system_use_id = contract_cost.system_use_id
