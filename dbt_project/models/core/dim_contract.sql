with
    contracts as (select * from {{ ref("int_contract__deduplicated") }}),

    covered as (
        select
            contract_id,
            count(*) as listed_system_count,
            count(system_use_id) as covered_system_count
        from {{ ref("int_contract_system__bridged") }}
        group by contract_id
    ),

    children as (
        select
            administration_code, parent_contract_key, count(*) as child_contract_count
        from contracts
        where parent_contract_key is not null
        group by administration_code, parent_contract_key
    )

select
    contracts.contract_id,
    contracts.administration_code,
    contracts.contract_key,
    contracts.contract_name,
    parents.contract_id as parent_contract_id,
    contracts.parent_contract_key,
    suppliers.supplier_id,
    contracts.supplier_name as source_supplier_name,
    contracts.supplier_registration_code as source_supplier_registration_code,
    contracts.contract_type_code,
    coalesce(contracts.contract_type_code, '') = 'framework' as is_framework,
    coalesce(children.child_contract_count, 0) as child_contract_count,
    contracts.procurement_method_name,
    contracts.start_date as contract_start_date,
    contracts.end_date as contract_end_date,
    contracts.irrevocable_until_date,
    contracts.terminated_date,
    contracts.notice_months,
    contracts.option_count,
    contracts.option_used_count,
    dated.option_left_count,
    contracts.option_months,
    dated.latest_end_date,
    dated.last_date as contract_last_date,
    dated.last_notice_date,
    dated.notice_basis_code,
    dated.contract_state_code,
    counted.is_running,
    contracts.acquisition_amount,
    contracts.yearly_amount,
    counted.is_cost_counted,
    coalesce(covered.listed_system_count, 0) as listed_system_count,
    coalesce(covered.covered_system_count, 0) as covered_system_count,
    contracts.owner_unit_name,
    units.organisation_unit_id as owner_unit_id,
    contracts.delivery_id,
    contracts.source_row_number
from contracts
inner join
    {{ ref("int_contract__cost_counted") }} as counted
    on contracts.contract_id = counted.contract_id
inner join
    {{ ref("int_contract__dated") }} as dated
    on contracts.contract_id = dated.contract_id
left join
    children
    on contracts.administration_code = children.administration_code
    and contracts.contract_key = children.parent_contract_key
left join covered on contracts.contract_id = covered.contract_id
left join
    contracts as parents
    on contracts.administration_code = parents.administration_code
    and contracts.parent_contract_key = parents.contract_key
left join
    {{ ref("stg_supplier_link") }} as suppliers
    on coalesce(contracts.supplier_name, '') = suppliers.source_supplier_name
    and coalesce(contracts.supplier_registration_code, '')
    = suppliers.source_supplier_registration_code
left join
    {{ ref("int_organisation_unit__matched") }} as units
    on contracts.administration_code = units.administration_code
    and units.owner_unit_code = ''
    and coalesce(contracts.owner_unit_name, '') = units.owner_unit_name
