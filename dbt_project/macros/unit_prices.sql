{# Prices a user, and what the same at another price would save. #}
{# An amount a user, to the øre; null when either is unknown, or there are no users. #}
{% macro unit_price(amount, user_count) -%}
    cast(round({{ amount }} / nullif({{ user_count }}, 0), 2) as decimal(18, 2))
{%- endmacro %}

{# What paying another price a user would save a year: 0 for who pays no more, null when either price is unknown. #}
{% macro saving_at(price, other_price, user_count) -%}
    cast(
        case
            when {{ price }} > {{ other_price }}
            then ({{ price }} - {{ other_price }}) * {{ user_count }}
            when {{ price }} <= {{ other_price }}
            then 0
        end as decimal(18, 2)
    )
{%- endmacro %}

{# How often over a task is covered: separate systems beyond the first, for each administration that covers it by a system of its
   own or another's. 0: one solution serves all. Just below 1: each has one of its own. Above 1: several have more than one. #}
{% macro overlap_index(system_count, administration_count) -%}
    cast(
        round(
            greatest({{ system_count }} - 1, 0) * 1.0 / {{ administration_count }}, 2
        ) as decimal(9, 2)
    )
{%- endmacro %}
