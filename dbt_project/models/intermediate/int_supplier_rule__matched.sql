{{ config(materialized="table") }}

with
    spellings as (
        select supplier_name, supplier_registration_code
        from {{ ref("int_contract__deduplicated") }}
        union
        select supplier_name, supplier_registration_code
        from {{ ref("int_system_use__deduplicated") }}
    ),

    portfolio as (
        select distinct links.supplier_id
        from spellings
        inner join
            {{ ref("stg_supplier_link") }} as links
            on coalesce(spellings.supplier_name, '') = links.source_supplier_name
            and coalesce(spellings.supplier_registration_code, '')
            = links.source_supplier_registration_code
        where links.supplier_id is not null
    ),

    suppliers as (
        select
            links.source_supplier_name,
            links.source_supplier_registration_code,
            links.supplier_id,
            links.supplier_name,
            links.supplier_registration_code,
            portfolio.supplier_id is not null as is_portfolio_supplier
        from {{ ref("stg_supplier_link") }} as links
        left join portfolio on links.supplier_id = portfolio.supplier_id
        union
        select
            '' as source_supplier_name,
            '' as source_supplier_registration_code,
            cast(null as {{ dbt.type_string() }}) as supplier_id,
            cast(null as {{ dbt.type_string() }}) as supplier_name,
            cast(null as {{ dbt.type_string() }}) as supplier_registration_code,
            false as is_portfolio_supplier
    )

select
    suppliers.source_supplier_name,
    suppliers.source_supplier_registration_code,
    suppliers.supplier_id,
    {{
        rule_mask(
            [
                is_any(
                    "suppliers.supplier_registration_code",
                    "rules.supplier_registration_codes",
                ),
                has_any_word("suppliers.supplier_name", "rules.supplier_words"),
                "coalesce(rules.is_portfolio_supplier = suppliers.is_portfolio_supplier, true)",
            ]
            | join(" and "),
            "rules.rule_number",
        )
    }}
    as rule_mask
from suppliers
left join {{ ref("int_spend_rule__numbered") }} as rules on true
group by
    suppliers.source_supplier_name,
    suppliers.source_supplier_registration_code,
    suppliers.supplier_id
