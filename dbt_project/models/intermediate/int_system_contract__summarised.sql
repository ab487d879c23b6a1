-- The contract shown for a use: one that runs before one that does not, then the
-- dearest, then the lowest key.
with
    ranked as (
        select
            allocated.system_use_id,
            allocated.contract_id,
            contracts.end_date,
            counted.is_running,
            row_number() over (
                partition by allocated.system_use_id
                order by
                    case when counted.is_running then 0 else 1 end,
                    case
                        when allocated.allocated_yearly_amount is null then 1 else 0
                    end,
                    allocated.allocated_yearly_amount desc,
                    contracts.contract_key
            ) as contract_rank
        from {{ ref("int_contract_cost__allocated") }} as allocated
        inner join
            {{ ref("int_contract__deduplicated") }} as contracts
            on allocated.contract_id = contracts.contract_id
        inner join
            {{ ref("int_contract__cost_counted") }} as counted
            on allocated.contract_id = counted.contract_id
        where allocated.system_use_id is not null
    )

select
    system_use_id,
    max(case when contract_rank = 1 then contract_id end) as contract_id,
    count(*) as contract_count,
    min(case when is_running then end_date end) as earliest_contract_end_date,
    max(case when is_running then 1 else 0 end) = 1 as has_running_contract
from ranked
group by system_use_id
