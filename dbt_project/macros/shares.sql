{# A part of a whole in per cent with two decimals; null when there is no whole. #}
{% macro share_pct(part, whole) -%}
    cast(
        {{ rounded_quotient("10000 * (" ~ part ~ ")", whole) }} * cast(
            0.01 as decimal(3, 2)
        ) as decimal(5, 2)
    )
{%- endmacro %}

{# A quotient as a whole number, a half away from zero: exact, where engines that divide by way of a fraction each have their own half.
   Null when the divisor is 0. Parts and wholes may have four decimals. #}
{% macro rounded_quotient(part, whole) -%}
    {%- set twice = "2 * abs(cast(" ~ part ~ " as decimal(38, 4)))" -%}
    {%- set divisor = "nullif(abs(cast(" ~ whole ~ " as decimal(38, 4))), 0)" -%}
    cast(
        sign({{ part }}) * sign({{ whole }}) as bigint
    ) * cast(
        (
            {{ twice }}
            + {{ divisor }}
            - mod({{ twice }} + {{ divisor }}, 2 * {{ divisor }})
        )
        / (2 * {{ divisor }}) as bigint
    )
{%- endmacro %}
