-- Each line counted once, with what it refers to and the first rule that allows it.
{{ config(materialized="table") }}

with
    systems as (
        select system_id, administration_code, system_key
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    ),

    contracts as (
        select contract_id, administration_code, contract_key
        from {{ ref("int_contract__deduplicated") }}
    ),

    text_rules as (
        select posting_text, rule_mask
        from {{ ref("int_text_rule__matched") }}
        where posting_text is not null
    ),

    other_texts as (
        select max(rule_mask) as rule_mask
        from {{ ref("int_text_rule__matched") }}
        where posting_text is null
    )

select
    postings.delivery_id,
    postings.source_row_number,
    postings.source_column,
    postings.administration_code,
    postings.posting_key,
    postings.voucher_key,
    postings.posting_date,
    cast(
        coalesce(
            postings.fiscal_year, extract(year from postings.posting_date)
        ) as {{ dbt.type_int() }}
    ) as fiscal_year,
    postings.fiscal_period,
    postings.cost_centre_code,
    postings.cost_centre_name,
    postings.function_code,
    postings.dranst_code,
    postings.art_code,
    postings.account_code,
    postings.account_name,
    postings.project_code,
    postings.supplier_key,
    suppliers.supplier_id,
    postings.supplier_name as source_supplier_name,
    postings.supplier_registration_code as source_supplier_registration_code,
    postings.contract_key,
    contracts.contract_id,
    postings.system_key,
    systems.system_id,
    postings.partner_administration_code,
    postings.posting_text,
    postings.vat_code,
    postings.posting_amount,
    rules.spend_rule_code,
    rules.is_it
from {{ ref("stg_postings") }} as postings
left join
    {{ ref("int_posting__repeated") }} as repeated
    on postings.delivery_id = repeated.delivery_id
    and postings.source_row_number = repeated.source_row_number
    and coalesce(postings.source_column, '') = coalesce(repeated.source_column, '')
left join
    {{ ref("int_supplier_rule__matched") }} as suppliers
    on coalesce(postings.supplier_name, '') = suppliers.source_supplier_name
    and coalesce(postings.supplier_registration_code, '')
    = suppliers.source_supplier_registration_code
left join
    contracts
    on postings.administration_code = contracts.administration_code
    and postings.contract_key = contracts.contract_key
left join
    systems
    on postings.administration_code = systems.administration_code
    and postings.system_key = systems.system_key
left join
    {{ ref("int_account_rule__matched") }} as account_rules
    on postings.administration_code = account_rules.administration_code
    and postings.function_code is not distinct from account_rules.function_code
    and postings.dranst_code is not distinct from account_rules.dranst_code
    and postings.art_code is not distinct from account_rules.art_code
    and postings.account_code is not distinct from account_rules.account_code
    and postings.account_name is not distinct from account_rules.account_name
left join
    {{ ref("int_project_rule__matched") }} as project_rules
    on coalesce(postings.project_code, '') = project_rules.project_code
left join
    {{ ref("int_date_rule__matched") }} as date_rules
    on postings.posting_date = date_rules.posting_date
left join text_rules on postings.posting_text = text_rules.posting_text
cross join other_texts
left join
    {{ ref("int_spend_rule__numbered") }} as rules
    on {{
        first_allowed_rule(
            [
                "account_rules.rule_mask",
                "project_rules.rule_mask",
                "date_rules.rule_mask",
                "suppliers.rule_mask",
                "coalesce(text_rules.rule_mask, other_texts.rule_mask)",
            ]
        )
    }} = rules.rule_number
where repeated.delivery_id is null
