{# Common-expiry windows: contracts of several administrations that can be brought to one date. The office's own limits,
   not anybody's rule: change them here. #}
{# Months that a contract is held beyond its own term, so that the others can come along. #}
{% macro longest_waiting_months() -%} 6 {%- endmacro %}

{# Months that a contract may be bridged beyond its last option, for which the supplier has to be asked. #}
{% macro longest_bridging_months() -%} 6 {%- endmacro %}

{# Days that a date lies after another: 0 when it does not, or when there is no other. #}
{% macro days_beyond(day, other_day) -%}
    case
        when {{ day }} > {{ other_day }}
        then {{ dbt.datediff(other_day, day, "day") }}
        else 0
    end
{%- endmacro %}

{# What a yearly amount comes to in so many days, a year being 365 days: null when the amount is unknown. #}
{% macro amount_of_days(yearly_amount, day_count) -%}
    cast(round({{ yearly_amount }} * {{ day_count }} / 365, 2) as decimal(18, 2))
{%- endmacro %}
