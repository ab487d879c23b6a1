{{ config(materialized="table") }}

with
    accounts as (
        select distinct
            administration_code,
            function_code,
            dranst_code,
            art_code,
            account_code,
            account_name
        from {{ ref("stg_postings") }}
    )

select
    accounts.administration_code,
    accounts.function_code,
    accounts.dranst_code,
    accounts.art_code,
    accounts.account_code,
    accounts.account_name,
    {{
        rule_mask(
            [
                is_any("accounts.administration_code", "rules.administration_codes"),
                begins_with_any("accounts.function_code", "rules.function_prefixes"),
                is_any("accounts.dranst_code", "rules.dranst_codes"),
                begins_with_any("accounts.art_code", "rules.art_prefixes"),
                begins_with_any("accounts.account_code", "rules.account_prefixes"),
                has_any_word("accounts.account_name", "rules.account_words"),
            ]
            | join(" and "),
            "rules.rule_number",
        )
    }} as rule_mask
from accounts
cross join {{ ref("int_spend_rule__numbered") }} as rules
group by
    accounts.administration_code,
    accounts.function_code,
    accounts.dranst_code,
    accounts.art_code,
    accounts.account_code,
    accounts.account_name
