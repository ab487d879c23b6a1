with
    systems as (
        select
            parts.contract_id,
            {{ join_text("systems.system_name", "; ", "systems.system_name") }}
            as system_names
        from {{ ref("fct_contract_system") }} as parts
        inner join
            {{ ref("dim_system") }} as systems on parts.system_id = systems.system_id
        group by parts.contract_id
    )

select
    contracts.contract_id,
    contracts.administration_code,
    administrations.administration_name,
    contracts.contract_key,
    contracts.contract_name,
    contracts.supplier_id,
    suppliers.supplier_name,
    contracts.contract_type_code,
    contracts.contract_state_code,
    contracts.contract_start_date,
    contracts.contract_end_date,
    contracts.contract_last_date,
    contracts.last_notice_date,
    contracts.notice_basis_code,
    contracts.notice_months,
    contracts.option_left_count,
    contracts.option_months,
    exits.earliest_end_date,
    contracts.latest_end_date,
    contracts.yearly_amount,
    contracts.is_cost_counted,
    contracts.covered_system_count,
    systems.system_names
from {{ ref("dim_contract") }} as contracts
inner join
    {{ ref("dim_administration") }} as administrations
    on contracts.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("int_contract_exit__dated") }} as exits
    on contracts.contract_id = exits.contract_id
left join
    {{ ref("dim_supplier") }} as suppliers
    on contracts.supplier_id = suppliers.supplier_id
left join systems on contracts.contract_id = systems.contract_id
where contracts.contract_state_code <> 'expired'
