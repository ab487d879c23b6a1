{# Ids that are ours: md5 of the source's own keys, the same in every build and engine. #}
{% macro make_id(expressions) -%}
    {%- set parts = [] -%}
    {%- for expression in expressions -%}
        {%- do parts.append(
            "coalesce(cast("
            ~ expression
            ~ " as "
            ~ dbt.type_string()
            ~ "), '')"
        ) -%}
        {%- if not loop.last -%} {%- do parts.append("'|'") -%} {%- endif -%}
    {%- endfor -%}
    {{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}
