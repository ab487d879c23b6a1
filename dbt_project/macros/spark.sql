{# How Spark makes tables and views: each column cast to the type that its contract says, as DuckDB does when it fills a table. #}
{% macro spark__create_table_as(temporary, relation, compiled_code, language="sql") -%}
    create table {{ relation }} using parquet as
    {{ in_contract_types(compiled_code) }}
{%- endmacro %}

{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as
    {{ in_contract_types(sql) }}
{%- endmacro %}

{% macro in_contract_types(compiled_code) -%}
    {%- if config.get("contract").enforced -%}
        select
            {% for column in model.columns.values() -%}
                cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}
                {%- if not loop.last %}, {% endif %}
            {% endfor %}
        from
            (
                {{ compiled_code }}
            ) as made
    {%- else -%} {{ compiled_code }}
    {%- endif -%}
{%- endmacro %}

{# Parquet files hold no constraints: what a contract calls not null is held where the tables are taken over. #}
{% macro spark__persist_constraints(relation, model) -%} {%- endmacro %}
