with
    source as (select * from {{ source("inputs", "reference_spend_rule") }}),

    renamed as (
        select
            rule_order,
            rule_code as spend_rule_code,
            valid_from_date,
            valid_to_date,
            administration_code as administration_codes,
            function_prefix as function_prefixes,
            dranst_code as dranst_codes,
            art_prefix as art_prefixes,
            account_prefix as account_prefixes,
            account_words,
            project_prefix as project_prefixes,
            supplier_registration_code as supplier_registration_codes,
            supplier_words,
            is_portfolio_supplier,
            text_words,
            is_it,
            is_internal,
            reference_marker,
            spend_kind_code,
            cost_pool_code,
            is_contract_cost,
            cast(confidence_pct as decimal(5, 2)) as confidence_pct,
            reason
        from source
    )

select *
from renamed
