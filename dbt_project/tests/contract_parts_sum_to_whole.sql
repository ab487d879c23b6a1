-- Fails for each contract whose parts are not its yearly amount, to the øre.
select
    parts.contract_id,
    sum(parts.allocated_yearly_amount) as parts_amount,
    max(contracts.yearly_amount) as whole_amount
from {{ ref("fct_contract_system") }} as parts
inner join
    {{ ref("dim_contract") }} as contracts on parts.contract_id = contracts.contract_id
group by parts.contract_id
having
    coalesce(sum(parts.allocated_yearly_amount), 0)
    <> coalesce(max(contracts.yearly_amount), 0)
    or count(*) <> max(contracts.listed_system_count)
