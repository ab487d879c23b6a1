{# Ordered rules as masks: one bit a rule, in order. What a value of one dimension allows is its mask; a line's masks are put
   together by and, and the first bit left is the rule that decides. So rules are held against distinct values, never lines. #}
{# Aggregate over all rules: the mask of those that the condition allows. #}
{% macro rule_mask(condition, rule_number) -%}
    {{ return(adapter.dispatch("rule_mask")(condition, rule_number)) }}
{%- endmacro %}

{% macro duckdb__rule_mask(condition, rule_number) -%}
    cast(
        string_agg(
            case when {{ condition }} then '1' else '0' end,
            ''
            order by {{ rule_number }}
        ) as bit
    )
{%- endmacro %}

{% macro spark__rule_mask(condition, rule_number) -%}
    listagg(case when {{ condition }} then '1' else '0' end, '') within group (
        order by {{ rule_number }}
    )
{%- endmacro %}

{# Number (from 1) of the first rule that all masks allow; 0 when there is none, null when a mask is unknown. #}
{% macro first_allowed_rule(masks) -%}
    {{ return(adapter.dispatch("first_allowed_rule")(masks)) }}
{%- endmacro %}

{% macro duckdb__first_allowed_rule(masks) -%}
    bit_position(cast('1' as bit), {{ masks | join(" & ") }})
{%- endmacro %}

{# Masks are texts there, of which one is as long as another. #}
{% macro spark__first_allowed_rule(masks) -%}
    case
        when {{ masks | join(" is not null and ") }} is not null
        then
            coalesce(
                array_position(
                    transform(
                        sequence(1, length({{ masks[0] }})),
                        bit -> {% for mask in masks %}
                            substring({{ mask }}, bit, 1) = '1'
                            {%- if not loop.last %} and {% endif %}
                        {% endfor %}
                    ),
                    true
                ),
                0
            )
    end
{%- endmacro %}

{# True when there is no condition, or the code begins with one of its prefixes (separated by '|'). #}
{% macro begins_with_any(code, prefixes) -%}
    {{ return(adapter.dispatch("begins_with_any")(code, prefixes)) }}
{%- endmacro %}

{% macro duckdb__begins_with_any(code, prefixes) -%}
    (
        {{ prefixes }} is null
        or coalesce(
            list_bool_or(
                list_transform(
                    string_split({{ prefixes }}, '|'),
                    lambda prefix:starts_with({{ code }}, trim(prefix))
                )
            ),
            false
        )
    )
{%- endmacro %}

{% macro spark__begins_with_any(code, prefixes) -%}
    (
        {{ prefixes }} is null
        or coalesce(
            exists(
                split({{ prefixes }}, '[|]'),
                prefix -> startswith({{ code }}, trim(prefix))
            ),
            false
        )
    )
{%- endmacro %}

{# True when there is no condition, or the code is one of those listed (separated by '|'). #}
{% macro is_any(code, codes) -%}
    (
        {{ codes }} is null
        or coalesce(
            {{
                dbt.position(
                    dbt.concat(["'|'", code, "'|'"]),
                    dbt.concat(["'|'", codes, "'|'"]),
                )
            }} > 0, false
        )
    )
{%- endmacro %}

{# A text for comparing words: lower case, punctuation as spaces, a space at both ends. #}
{% macro as_words(text) -%}
    ' ' || translate(lower({{ text }}), '.,;:-/()_+&"''', '             ') || ' '
{%- endmacro %}

{# A word as it stands in such a text: with a space before it, and after it unless a star stands for any ending. #}
{% macro word_sought(word) -%}
    case
        when {{ word }} like '%*'
        then trim(trailing '* ' from {{ as_words(word) }})
        else {{ as_words(word) }}
    end
{%- endmacro %}

{# True when there is no condition, or the text has one of its words (separated by '|'). #}
{% macro has_any_word(text, words) -%}
    {{ return(adapter.dispatch("has_any_word")(text, words)) }}
{%- endmacro %}

{% macro duckdb__has_any_word(text, words) -%}
    (
        {{ words }} is null
        or coalesce(
            list_bool_or(
                list_transform(
                    string_split({{ words }}, '|'),
                    lambda word:contains(
                        {{ as_words(text) }}, {{ word_sought("trim(word)") }}
                    )
                )
            ),
            false
        )
    )
{%- endmacro %}

{% macro spark__has_any_word(text, words) -%}
    (
        {{ words }} is null
        or coalesce(
            exists(
                split({{ words }}, '[|]'),
                word -> contains(
                    {{ as_words(text) }}, {{ word_sought("trim(word)") }}
                )
            ),
            false
        )
    )
{%- endmacro %}
