-- Uses as their owners hold them: a use that administrations share already is one
-- solution, not several.
with
    uses as (
        select
            uses.system_use_id,
            uses.administration_code,
            links.product_id,
            costs.yearly_cost_amount,
            contracts.earliest_contract_end_date
        from {{ ref("int_system_use__deduplicated") }} as uses
        inner join
            {{ ref("stg_product_link") }} as links
            on uses.administration_code = links.administration_code
            and uses.system_key = links.system_key
        inner join
            {{ ref("int_system_cost__chosen") }} as costs
            on uses.system_use_id = costs.system_use_id
        left join
            {{ ref("int_system_contract__summarised") }} as contracts
            on uses.system_use_id = contracts.system_use_id
        where {{ is_in_use("uses.lifecycle_code", "uses.use_end_date") }}
    ),

    members as (
        select system_use_id, 'product' as candidate_kind, product_id as candidate_key
        from uses
        union all
        select
            system_use_id,
            'capability' as candidate_kind,
            capability_code as candidate_key
        from {{ ref("int_system_capability__inherited") }}
    )

select
    {{ make_id(["members.candidate_kind", "members.candidate_key"]) }} as candidate_id,
    members.candidate_kind,
    members.candidate_key,
    uses.system_use_id,
    uses.administration_code,
    uses.product_id,
    uses.yearly_cost_amount,
    uses.earliest_contract_end_date
from members
inner join uses on members.system_use_id = uses.system_use_id
