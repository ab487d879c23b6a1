-- What belongs to the use as a whole (cost, users) stands at the owning
-- administration only, so that sums count it once.
with
    uses as (select * from {{ ref("int_system_use__deduplicated") }}),

    expanded as (select * from {{ ref("int_system_use__shared_expanded") }})

select
    expanded.system_id,
    expanded.system_use_id,
    expanded.administration_code,
    moved.current_administration_code,
    moved.current_administration_source,
    expanded.owner_administration_code,
    expanded.is_owner,
    expanded.is_shared_use,
    uses.system_key,
    uses.catalogue_key,
    uses.system_name,
    uses.local_name,
    uses.former_name,
    uses.system_version,
    support.release_date as version_release_date,
    support.support_end_date,
    support.extended_support_end_date,
    support.support_status_code,
    support.support_unknown_code,
    products.product_id,
    suppliers.supplier_id,
    uses.supplier_name as source_supplier_name,
    uses.supplier_registration_code as source_supplier_registration_code,
    uses.business_type_name,
    uses.lifecycle_code,
    {{ is_in_use("uses.lifecycle_code", "uses.use_end_date") }} as is_in_use,
    uses.use_start_date,
    uses.use_end_date,
    uses.owner_unit_code,
    uses.owner_unit_name,
    units.organisation_unit_id as owner_unit_id,
    case when expanded.is_owner then uses.user_count end as user_count,
    uses.criticality_code,
    uses.data_sensitivity_code,
    uses.hosting_code,
    case when expanded.is_owner then costs.yearly_cost_amount end as yearly_cost_amount,
    case
        when expanded.is_owner then costs.yearly_cost_source else 'owner'
    end as yearly_cost_source,
    contracts.contract_id,
    coalesce(contracts.contract_count, 0) as contract_count,
    uses.system_description,
    uses.delivery_id,
    uses.source_row_number
from expanded
inner join uses on expanded.system_use_id = uses.system_use_id
inner join
    {{ ref("int_system_cost__chosen") }} as costs
    on expanded.system_use_id = costs.system_use_id
inner join
    {{ ref("int_system_use__supported") }} as support
    on expanded.system_use_id = support.system_use_id
inner join
    {{ ref("int_system_use__transferred") }} as moved
    on expanded.system_id = moved.system_id
left join
    {{ ref("int_organisation_unit__matched") }} as units
    on uses.administration_code = units.administration_code
    and coalesce(uses.owner_unit_code, '') = units.owner_unit_code
    and coalesce(uses.owner_unit_name, '') = units.owner_unit_name
left join
    {{ ref("int_system_contract__summarised") }} as contracts
    on expanded.system_use_id = contracts.system_use_id
left join
    {{ ref("stg_product_link") }} as products
    on uses.administration_code = products.administration_code
    and uses.system_key = products.system_key
left join
    {{ ref("stg_supplier_link") }} as suppliers
    on coalesce(uses.supplier_name, '') = suppliers.source_supplier_name
    and coalesce(uses.supplier_registration_code, '')
    = suppliers.source_supplier_registration_code
