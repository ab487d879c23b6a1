{# Days that months lie apart. A day that the month does not have becomes its last: 31 March less 1 month is 28 or 29 February. #}
{# A date some months later, or earlier where months is negative. Null when either is. #}
{% macro add_months(day, months) -%}
    cast({{ dbt.dateadd("month", months, day) }} as date)
{%- endmacro %}

{# A last day put off by some months: the last day of a month stays one, so that 28 February and 12 months are 29 February in a
   leap year, and 30 June and 6 months are 31 December. #}
{% macro extend_by_months(last_day, months) -%}
    case
        when {{ last_day }} = {{ dbt.last_day(last_day, "month") }}
        then {{ dbt.last_day(add_months(last_day, months), "month") }}
        else {{ add_months(last_day, months) }}
    end
{%- endmacro %}
