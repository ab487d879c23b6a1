-- The first driver that leads to a target decides. A contract is paid from its first
-- day.
{{ config(materialized="table") }}

with
    cost_references as (select * from {{ ref("int_cost_reference__listed") }}),

    lines as (
        select
            postings.*,
            rules.confidence_pct,
            rules.spend_kind_code,
            rules.cost_pool_code,
            rules.is_internal,
            named.system_target_id,
            projects.target_id as project_target_id,
            named.contract_target_id,
            case
                when
                    rules.is_contract_cost
                    and postings.posting_date
                    >= coalesce(suppliers.first_date, postings.posting_date)
                then suppliers.target_id
            end as supplier_target_id
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
        where postings.is_it
    )

select
    delivery_id,
    source_row_number,
    source_column,
    administration_code,
    posting_date,
    fiscal_year,
    fiscal_period,
    function_code,
    dranst_code,
    art_code,
    account_code,
    project_code,
    supplier_id,
    partner_administration_code,
    vat_code,
    posting_amount,
    spend_rule_code,
    confidence_pct,
    spend_kind_code,
    cost_pool_code,
    is_internal,
    case
        when system_id is not null
        then 'system_reference'
        when system_target_id is not null
        then 'system_name'
        when project_target_id is not null
        then 'project'
        when contract_id is not null
        then 'contract_reference'
        when contract_target_id is not null
        then 'contract_name'
        when supplier_target_id is not null
        then 'single_contract'
        when supplier_id is not null
        then 'supplier'
        else 'none'
    end as driver_code,
    coalesce(
        system_id,
        system_target_id,
        project_target_id,
        contract_id,
        contract_target_id,
        supplier_target_id
    ) as target_id
from lines
