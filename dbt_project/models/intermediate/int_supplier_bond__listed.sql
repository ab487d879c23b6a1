-- A contract ties once for itself and once for each system it covers. It can be left on
-- its last day, or else on the first one on which it may be terminated.
with
    suppliers as (select * from {{ ref("stg_supplier_link") }}),

    owners as (
        select system_id, system_use_id
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    ),

    contracts as (
        select
            contracts.contract_id,
            contracts.administration_code,
            suppliers.supplier_id,
            coalesce(
                dated.last_date,
                case
                    when dated.notice_basis_code = 'irrevocable_date'
                    then contracts.irrevocable_until_date
                end
            ) as contract_exit_date
        from {{ ref("int_contract__deduplicated") }} as contracts
        inner join
            {{ ref("int_contract__dated") }} as dated
            on contracts.contract_id = dated.contract_id
            and dated.is_running
        inner join
            suppliers
            on coalesce(contracts.supplier_name, '') = suppliers.source_supplier_name
            and coalesce(contracts.supplier_registration_code, '')
            = suppliers.source_supplier_registration_code
    )

select
    contracts.supplier_id,
    contracts.administration_code,
    contracts.contract_id,
    cast(null as {{ dbt.type_string() }}) as system_id,
    false as is_system_supplier,
    contracts.contract_exit_date
from contracts
union all
select
    contracts.supplier_id,
    contracts.administration_code,
    contracts.contract_id,
    owners.system_id,
    false as is_system_supplier,
    contracts.contract_exit_date
from contracts
inner join
    {{ ref("int_contract_system__bridged") }} as bridged
    on contracts.contract_id = bridged.contract_id
inner join owners on bridged.system_use_id = owners.system_use_id
union all
select
    suppliers.supplier_id,
    uses.administration_code,
    cast(null as {{ dbt.type_string() }}) as contract_id,
    owners.system_id,
    true as is_system_supplier,
    cast(null as date) as contract_exit_date
from {{ ref("int_system_use__deduplicated") }} as uses
inner join owners on uses.system_use_id = owners.system_use_id
inner join
    suppliers
    on coalesce(uses.supplier_name, '') = suppliers.source_supplier_name
    and coalesce(uses.supplier_registration_code, '')
    = suppliers.source_supplier_registration_code
where {{ is_in_use("uses.lifecycle_code", "uses.use_end_date") }}
