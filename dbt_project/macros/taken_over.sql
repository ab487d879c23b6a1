{# What pipelines/transform/carry.py has put into the warehouse, since it would come out as before, is left as it is. #}
{% materialization table, adapter = "duckdb" %}
    {{ return(taken_over() or dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization view, adapter = "duckdb" %}
    {{ return(taken_over() or dbt.materialization_view_default()) }}
{% endmaterialization %}

{% macro taken_over() %}
    {%- set names = fromjson(env_var("PORTFOLIO_TAKEN_OVER", "[]")) -%}
    {%- if this.schema ~ "." ~ this.identifier not in names -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set there = load_cached_relation(this) -%}
    {%- if there is none -%}
        {{
            exceptions.raise_compiler_error(
                this
                ~ " was to be taken over from the build before, and is not there."
            )
        }}
    {%- endif -%}
    {%- call noop_statement("main", "TAKEN OVER") -%}
    -- as the build before made it
    {%- endcall -%}
    {{ return({"relations": [there]}) }}
{% endmacro %}

{# That a table has the columns of its contract is decided by code alone. Where tables are taken over, a build of this very code has been held to it. #}
{% macro duckdb__get_assert_columns_equivalent(sql) %}
    {%- if env_var("PORTFOLIO_TAKEN_OVER", "[]") == "[]" -%}
        {{ return(assert_columns_equivalent(sql)) }}
    {%- endif -%}
{% endmacro %}
