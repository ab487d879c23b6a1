{# The fields that the office wants of every row, beside those that a row is rejected without: what completeness is measured on.
   Declared here and nowhere else; docs/data-quality.md says why each is wanted. #}
{% macro wanted_fields() -%}
    {{
        return(
            {
                "systems": [
                    "supplier_name",
                    "supplier_registration_code",
                    "system_version",
                    "capability_codes",
                    "lifecycle_code",
                    "use_start_date",
                    "owner_unit_name",
                    "user_count",
                    "criticality_code",
                    "data_sensitivity_code",
                    "hosting_code",
                ],
                "contracts": [
                    "supplier_name",
                    "supplier_registration_code",
                    "contract_type_code",
                    "start_date",
                    "notice_months",
                    "yearly_amount",
                    "system_keys",
                    "owner_unit_name",
                ],
                "assessments": ["assessor_role_name"],
                "postings": [
                    "voucher_key",
                    "function_code",
                    "dranst_code",
                    "art_code",
                    "account_code",
                    "posting_text",
                ],
                "budgets": ["budget_line_name", "function_code", "budget_amount"],
                "investments": [
                    "financing_route_code",
                    "status_code",
                    "capability_code",
                    "system_keys",
                    "price_year",
                    "investment_amount",
                ],
            }
        )
    }}
{%- endmacro %}
