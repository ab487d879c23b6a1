{{ config(materialized="table") }}

with
    accounts as (
        select distinct
            cast(
                coalesce(
                    fiscal_year, extract(year from posting_date)
                ) as {{ dbt.type_int() }}
            ) as fiscal_year,
            function_code,
            dranst_code,
            art_code
        from {{ ref("stg_postings") }}
    ),

    ranked as (
        select
            accounts.fiscal_year,
            accounts.function_code,
            accounts.dranst_code,
            accounts.art_code,
            rules.steering_area_code,
            row_number() over (
                partition by
                    accounts.fiscal_year,
                    accounts.function_code,
                    accounts.dranst_code,
                    accounts.art_code
                order by rules.rule_order, rules.steering_area_code
            ) as rule_rank
        from accounts
        inner join
            {{ ref("stg_steering_area_rule") }} as rules
            on accounts.fiscal_year
            >= coalesce(rules.valid_from_year, accounts.fiscal_year)
            and accounts.fiscal_year
            <= coalesce(rules.valid_to_year, accounts.fiscal_year)
            and
            {{ begins_with_any("accounts.function_code", "rules.function_prefixes") }}
            and {{ is_any("accounts.dranst_code", "rules.dranst_codes") }}
            and {{ begins_with_any("accounts.art_code", "rules.art_prefixes") }}
    )

select fiscal_year, function_code, dranst_code, art_code, steering_area_code
from ranked
where rule_rank = 1
