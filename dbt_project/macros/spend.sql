{# IT spend: how sure it is where a krone goes, and shares that hold where costs and credits meet. #}
{# How a part of a ledger line came to its target: matched (the line itself names its system, contract or project), contract (the
   supplier's only contract says), estimated (divided among several systems), or unassigned (to a supplier or nobody). #}
{% macro spend_confidence_code(driver_code, split_code) -%}
    case
        when {{ driver_code }} in ('supplier', 'none')
        then 'unassigned'
        when {{ split_code }} <> 'whole'
        then 'estimated'
        when {{ driver_code }} = 'single_contract'
        then 'contract'
        else 'matched'
    end
{%- endmacro %}

{# True for a day of a month that is over at the as-of date. The twelve months whose spend a mart shows end with the newest such month
   that has IT spend: lines of a month that goes on, or is posted in advance, would make a year of less than twelve months. #}
{% macro is_in_month_over(day) -%}
    {{ dbt.last_day(day, "month") }} <= {{ as_of_date() }}
{%- endmacro %}

{# Aggregate: the share of the money for which a condition holds. Credits count without their sign, so that it lies between 0 and
   100; null when all amounts are 0. #}
{% macro moved_share_pct(amount, condition) -%}
    {{
        share_pct(
            "sum(case when " ~ condition ~ " then abs(" ~ amount ~ ") else 0 end)",
            "sum(abs(" ~ amount ~ "))",
        )
    }}
{%- endmacro %}
