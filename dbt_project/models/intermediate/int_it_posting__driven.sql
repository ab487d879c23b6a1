-- The first driver that leads to a target decides.
{{ config(materialized="table") }}

with cost_references as (select * from {{ ref("int_cost_reference__listed") }})

select
    postings.delivery_id,
    postings.source_row_number,
    postings.source_column,
    postings.administration_code,
    postings.posting_date,
    postings.fiscal_year,
    postings.fiscal_period,
    postings.function_code,
    postings.dranst_code,
    postings.art_code,
    postings.account_code,
    postings.project_code,
    postings.supplier_id,
    postings.partner_administration_code,
    postings.vat_code,
    postings.posting_amount,
    rules.spend_rule_code,
    rules.confidence_pct,
    rules.spend_kind_code,
    rules.cost_pool_code,
    rules.is_internal,
    case
        when postings.system_id is not null
        then 'system_reference'
        when named.system_target_id is not null
        then 'system_name'
        when projects.target_id is not null
        then 'project'
        when postings.contract_id is not null
        then 'contract_reference'
        when named.contract_target_id is not null
        then 'contract_name'
        when suppliers.target_id is not null
        then 'single_contract'
        when postings.supplier_id is not null
        then 'supplier'
        else 'none'
    end as driver_code,
    coalesce(
        postings.system_id,
        named.system_target_id,
        projects.target_id,
        postings.contract_id,
        named.contract_target_id,
        suppliers.target_id
    ) as target_id
from {{ ref("int_posting__decided") }} as postings
inner join
    {{ ref("int_spend_rule__numbered") }} as rules
    on postings.spend_rule_code = rules.spend_rule_code
left join
    {{ ref("int_posting_text__named") }} as named
    on postings.administration_code = named.administration_code
    and postings.posting_text = named.posting_text
left join
    cost_references as projects
    on postings.administration_code = projects.administration_code
    and postings.project_code = projects.reference_value
    and projects.reference_kind_code = 'project'
left join
    cost_references as suppliers
    on postings.administration_code = suppliers.administration_code
    and postings.supplier_id = suppliers.reference_value
    and suppliers.reference_kind_code = 'supplier'
    and rules.is_contract_cost
    and postings.posting_date >= coalesce(suppliers.first_date, postings.posting_date)
where postings.is_it
