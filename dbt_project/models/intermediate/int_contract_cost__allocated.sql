-- Equal parts are the only split that a contract list supports by itself (no users,
-- no ledger lines per system).
-- A key that is not in the inventory keeps its part: it is not moved on to the
-- systems that happen to be listed.
with
    numbered as (
        select
            contract_id,
            administration_code,
            system_key,
            system_use_id,
            count(*) over (partition by contract_id) as part_count,
            row_number() over (
                partition by contract_id order by system_key
            ) as part_number
        from {{ ref("int_contract_system__bridged") }}
    )

select
    numbered.contract_id,
    numbered.administration_code,
    numbered.system_key,
    numbered.system_use_id,
    numbered.part_count,
    {{
        equal_part(
            "contracts.yearly_amount", "numbered.part_count", "numbered.part_number"
        )
    }} as allocated_yearly_amount
from numbered
inner join
    {{ ref("int_contract__deduplicated") }} as contracts
    on numbered.contract_id = contracts.contract_id
