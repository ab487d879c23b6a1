{# What the rationalisation of systems needs: ends of contracts, medians. What engines say differently is dispatched. #}
{# Where the end of a contract lies beside the as-of date. #}
{% macro contract_standing(contract_id, end_date) -%}
    case
        when {{ contract_id }} is null
        then 'none'
        when {{ end_date }} is null
        then 'open_ended'
        when {{ end_date }} < {{ as_of_date() }}
        then 'ended'
        when {{ end_date }} <= {{ dbt.dateadd("month", 12, as_of_date()) }}
        then 'ends_within_a_year'
        else 'runs_on'
    end
{%- endmacro %}

{# Aggregate: the median of an amount, the mean of the two in the middle where their number is even; half an øre is rounded away
   from zero. Two more decimals until then, since an engine may cut the mean to those of the amount. #}
{% macro median_amount(amount) -%}
    {{ return(adapter.dispatch("median_amount")(amount)) }}
{%- endmacro %}

{% macro duckdb__median_amount(amount) -%}
    cast(round(median(cast({{ amount }} as decimal(38, 4))), 2) as decimal(18, 2))
{%- endmacro %}

{% macro spark__median_amount(amount) -%}
    cast(
        round(cast(median(cast({{ amount }} as decimal(38, 4))) as decimal(38, 4)), 2)
        as decimal(18, 2)
    )
{%- endmacro %}
