-- The old cost of a system stops when the last of the running contracts that list it
-- can have ended.
with
    exits as (
        select
            bridged.system_use_id,
            case
                when count(*) = count(dated.earliest_end_date)
                then max(dated.earliest_end_date)
            end as earliest_end_date
        from {{ ref("int_contract_system__bridged") }} as bridged
        inner join
            {{ ref("int_contract_exit__dated") }} as dated
            on bridged.contract_id = dated.contract_id
        where bridged.system_use_id is not null
        group by bridged.system_use_id
    )

select
    members.candidate_id,
    systems.system_id,
    systems.administration_code,
    systems.current_administration_code,
    systems.current_administration_source,
    systems.system_key,
    systems.system_name,
    systems.product_id,
    systems.supplier_id,
    systems.user_count,
    systems.yearly_cost_amount,
    systems.contract_id,
    contracts.contract_end_date,
    contracts.last_notice_date,
    {{ day_after("exits.earliest_end_date") }} as earliest_exit_date,
    systems.data_sensitivity_code,
    systems.criticality_code,
    systems.delivery_id,
    systems.source_row_number
from {{ ref("int_shared_solution__merged") }} as members
inner join
    {{ ref("dim_system") }} as systems
    on members.system_use_id = systems.system_use_id
    and systems.is_owner
left join
    {{ ref("dim_contract") }} as contracts
    on systems.contract_id = contracts.contract_id
left join exits on members.system_use_id = exits.system_use_id
