{# Names as a ledger's text writes them: lower case, cut at 40 characters, since text fields are short. #}
{% macro name_key(name) -%} left(lower(trim({{ name }})), 40) {%- endmacro %}

{# A text without its first word: what stands after a leading "Licence" or "Credit note,". #}
{% macro after_first_word(text) -%}
    substring({{ text }}, {{ dbt.position("' '", text) }} + 1)
{%- endmacro %}
