-- What a ledger line may say that leads to a target. A reference that could mean two
-- targets leads to none.
{{ config(materialized="table") }}

with
    names as (
        select
            administration_code,
            'system_name' as reference_kind_code,
            {{ name_key("system_name") }} as reference_value,
            system_use_id as target_key
        from {{ ref("int_system_use__deduplicated") }}
        union all
        select
            administration_code,
            'system_name' as reference_kind_code,
            {{ name_key("local_name") }} as reference_value,
            system_use_id as target_key
        from {{ ref("int_system_use__deduplicated") }}
    ),

    systems as (
        select
            names.administration_code,
            names.reference_kind_code,
            names.reference_value,
            expanded.system_id as target_id,
            cast(null as date) as first_date
        from names
        inner join
            {{ ref("int_system_use__shared_expanded") }} as expanded
            on names.target_key = expanded.system_use_id
            and expanded.is_owner
    ),

    contracts as (
        select
            administration_code,
            'contract_name' as reference_kind_code,
            {{ name_key("contract_name") }} as reference_value,
            contract_id as target_id,
            cast(null as date) as first_date
        from {{ ref("int_contract__deduplicated") }}
    ),

    projects as (
        select
            investments.administration_code,
            'project' as reference_kind_code,
            investments.project_code as reference_value,
            {{
                make_id(
                    ["investments.administration_code", "investments.project_code"]
                )
            }} as target_id,
            cast(null as date) as first_date
        from {{ ref("stg_investments") }} as investments
    ),

    suppliers as (
        select
            contracts.administration_code,
            'supplier' as reference_kind_code,
            links.supplier_id as reference_value,
            contracts.contract_id as target_id,
            contracts.start_date as first_date
        from {{ ref("int_contract__deduplicated") }} as contracts
        inner join
            {{ ref("stg_supplier_link") }} as links
            on coalesce(contracts.supplier_name, '') = links.source_supplier_name
            and coalesce(contracts.supplier_registration_code, '')
            = links.source_supplier_registration_code
    ),

    listed as (
        select *
        from systems
        union all
        select *
        from contracts
        union all
        select *
        from projects
        union all
        select *
        from suppliers
    )

select
    administration_code,
    reference_kind_code,
    reference_value,
    min(target_id) as target_id,
    min(first_date) as first_date
from listed
where
    reference_value is not null
    and target_id in (select target_id from {{ ref("int_cost_target__weighted") }})
group by administration_code, reference_kind_code, reference_value
having count(distinct target_id) = 1
