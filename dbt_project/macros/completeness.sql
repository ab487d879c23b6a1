{# How complete a record is: which fields a portfolio wants of it, and how many are filled. #}
{# The fields that a portfolio wants of every system use, and the expression over the landscape's joins that holds each. #}
{% macro wanted_system_fields() -%}
    {{
        return(
            {
                "supplier": "systems.supplier_id",
                "capability": "capabilities.capability_codes",
                "owner_unit": "coalesce(systems.owner_unit_code, systems.owner_unit_name)",
                "contract": "systems.contract_id",
                "lifecycle": "systems.lifecycle_code",
                "users": "systems.user_count",
                "criticality": "systems.criticality_code",
                "data_sensitivity": "systems.data_sensitivity_code",
                "yearly_cost": "systems.yearly_cost_amount",
            }
        )
    }}
{%- endmacro %}

{# How many of some fields are filled. #}
{% macro filled_count(fields) -%}
    (
        {% for expression in fields.values() %}
            case when {{ expression }} is null then 0 else 1 end
            {% if not loop.last %} + {% endif %}
        {% endfor %}
    )
{%- endmacro %}

{# The codes of those that are not, joined by '|'; null when all are. #}
{% macro missing_codes(fields) -%}
    {%- set parts = [] -%}
    {%- for code, expression in fields.items() -%}
        {%- do parts.append(
            "case when " ~ expression ~ " is null then '|" ~ code ~ "' else '' end"
        ) -%}
    {%- endfor -%}
    nullif(substring({{ dbt.concat(parts) }}, 2), '')
{%- endmacro %}
