{# What makes two ledger lines the same line: the source's own key where it has one, else everything that the line says. #}
{% macro line_identity() -%}
    coalesce(
        postings.posting_key,
        {{
            make_id(
                [
                    "postings.administration_code",
                    "postings.voucher_key",
                    "postings.posting_date",
                    "postings.fiscal_year",
                    "postings.fiscal_period",
                    "postings.cost_centre_code",
                    "postings.function_code",
                    "postings.dranst_code",
                    "postings.art_code",
                    "postings.account_code",
                    "postings.project_code",
                    "postings.supplier_key",
                    "postings.supplier_name",
                    "postings.supplier_registration_code",
                    "postings.contract_key",
                    "postings.system_key",
                    "postings.partner_administration_code",
                    "postings.posting_text",
                    "postings.posting_amount",
                ]
            )
        }}
    )
{%- endmacro %}
