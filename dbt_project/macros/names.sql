{# Names as a ledger's text writes them: lower case, cut at 40 characters, since text fields are short. #}
{% macro name_key(name) -%} left(lower(trim({{ name }})), 40) {%- endmacro %}

{# A text without its first word: what stands after a leading "Licence" or "Credit note,". #}
{% macro after_first_word(text) -%}
    substring({{ text }}, {{ dbt.position("' '", text) }} + 1)
{%- endmacro %}

{# Names and versions made comparable. What engines say differently is dispatched. #}
{# Lower case, Danish letters spelled out, and whatever is neither a letter nor a digit one blank. #}
{% macro plain_name(text) -%}
    {%- set spelled = (
        "replace(replace(replace(lower("
        ~ text
        ~ "), 'æ', 'ae'), 'ø', 'oe'), 'å', 'aa')"
    ) -%}
    trim({{ replace_all(spelled, "[^a-z0-9]+", " ") }})
{%- endmacro %}

{# A version as a dotted code in lower case, without the word before it: 'Ver. 7-2 SP1' -> 7.2.sp1. Null becomes ''. #}
{% macro plain_version(version) -%}
    {{
        replace_all(
            replace_all(
                "lower(trim(coalesce(" ~ version ~ ", '')))", "[^a-z0-9]+", "."
            ),
            "^(version|ver|v)[.]?([0-9])",
            matched_part(2),
        )
    }}
{%- endmacro %}

{# Every match of a regular expression replaced. #}
{% macro replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch("replace_all")(text, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{# In a replacement: what stood in the pattern's n-th parentheses. #}
{% macro matched_part(number) -%}
    {{ return(adapter.dispatch("matched_part")(number)) }}
{%- endmacro %}

{% macro duckdb__matched_part(number) -%}
    {{ return("\\" ~ number) }}
{%- endmacro %}

{% macro spark__matched_part(number) -%}
    {{ return("$" ~ number) }}
{%- endmacro %}
