-- System uses in use that are a solution of their own. Not of its own is one that
-- another administration shares out (it stands at its owner), and one that nobody is
-- known to pay while just one other administration pays for the product: that is how a
-- common supplier inside the organisation looks, whose contract serves them all.
with
    uses as (
        select
            uses.system_use_id,
            uses.administration_code,
            links.product_id,
            costs.yearly_cost_amount,
            contracts.earliest_contract_end_date,
            costs.yearly_cost_source <> 'none'
            or coalesce(contracts.has_running_contract, false) as is_paid
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

    payers as (
        select product_id, {{ only_value("administration_code") }} as only_payer_code
        from uses
        where is_paid
        group by product_id
    )

select
    uses.system_use_id,
    uses.administration_code,
    uses.product_id,
    uses.yearly_cost_amount,
    uses.earliest_contract_end_date
from uses
left join payers on uses.product_id = payers.product_id
where
    uses.is_paid
    or payers.only_payer_code is null
    or payers.only_payer_code = uses.administration_code
