{{ config(materialized="table") }}

select
    row_number() over (order by rule_order, spend_rule_code) as rule_number,
    spend_rule_code,
    valid_from_date,
    valid_to_date,
    administration_codes,
    function_prefixes,
    dranst_codes,
    art_prefixes,
    account_prefixes,
    account_words,
    project_prefixes,
    supplier_registration_codes,
    supplier_words,
    is_portfolio_supplier,
    text_words,
    is_it,
    coalesce(is_internal, false) as is_internal,
    reference_marker,
    spend_kind_code,
    cost_pool_code,
    coalesce(is_contract_cost, true) as is_contract_cost,
    confidence_pct
from {{ ref("stg_spend_rule") }}
