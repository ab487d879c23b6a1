{# Amounts: exact in DECIMAL, unknown never 0. #}
{# Part number part_number (from 1) of part_count equal parts of an amount, to the øre. The øre left over go one each to the
   first parts (largest remainder: all remainders are equal, so the order of parts decides), and the parts sum to the whole. #}
{% macro equal_part(amount, part_count, part_number) -%}
    {%- set cents = "cast(" ~ amount ~ " * 100 as bigint)" -%}
    {%- set rest = "mod(" ~ cents ~ ", " ~ part_count ~ ")" -%}
    cast(
        (
            cast((({{ cents }} - {{ rest }}) / {{ part_count }}) as bigint) + case
                when {{ part_number }} <= abs({{ rest }})
                then cast(sign({{ rest }}) as bigint)
                else 0
            end
        )
        * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
    )
{%- endmacro %}

{# Aggregate: the sum of an amount over the rows where a condition holds; null when there is none, or when one is unknown. #}
{% macro known_sum(amount, condition) -%}
    cast(
        case
            when
                sum(
                    case when {{ condition }} and {{ amount }} is null then 1 else 0 end
                )
                = 0
            then sum(case when {{ condition }} then {{ amount }} end)
        end as decimal(18, 2)
    )
{%- endmacro %}

{# Part of an amount by weight, in øre, rounded towards zero: what is left over is given out by largest remainder. #}
{% macro weighted_cents(amount, weight, weight_total) -%}
    cast(
        (
            cast({{ amount }} * 100 as decimal(38, 0)) * {{ weight }}
            - {{ weighted_remainder(amount, weight, weight_total) }}
        )
        / {{ weight_total }} as bigint
    )
{%- endmacro %}

{# What the rounding of that part left, in parts of an øre, with the amount's sign. #}
{% macro weighted_remainder(amount, weight, weight_total) -%}
    mod(cast({{ amount }} * 100 as decimal(38, 0)) * {{ weight }}, {{ weight_total }})
{%- endmacro %}

{# A whole number of øre as an amount. #}
{% macro from_cents(cents) -%}
    cast({{ cents }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{# An amount of one year in the prices of another, by index; null when the index lacks a year. #}
{% macro in_prices_of(amount, index_value, target_index_value) -%}
    cast(
        round(
            {{ amount }} * {{ target_index_value }} / {{ index_value }}, 2
        ) as decimal(18, 2)
    )
{%- endmacro %}

{# Whole part of a quotient of positive whole numbers, rounded up, without a fraction on the way. #}
{% macro whole_quotient_up(part, whole) -%}
    cast(
        ({{ part }} + {{ whole }} - 1 - mod({{ part }} + {{ whole }} - 1, {{ whole }}))
        / {{ whole }} as bigint
    )
{%- endmacro %}

{# Aggregate: the sum of an amount where a condition holds, in millions with one decimal; null when none is known. Rounded while it
   is still exact. #}
{% macro in_millions(amount, condition) -%}
    cast(
        round(sum(case when {{ condition }} then {{ amount }} end), -5)
        / 1000000 as decimal(18, 1)
    )
{%- endmacro %}
