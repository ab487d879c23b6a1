{# Columns: who answers now for what a system does; where the inventory does not hold the system, as without a task. #}
{% macro current_administration(system_use, no_task) -%}
    coalesce(
        {{ system_use }}.current_administration_code,
        {{ no_task }}.current_administration_code
    ) as current_administration_code,
    coalesce(
        {{ system_use }}.current_administration_source,
        {{ no_task }}.current_administration_source
    ) as current_administration_source
{%- endmacro %}

{# Columns of a group of tasks: who answers now, when it is one administration for all of them; else who did, as nobody has said
   who took the whole. #}
{% macro agreed_administration(tasks, administration_code) -%}
    {%- set one = (
        "min("
        ~ tasks
        ~ ".current_administration_code) = max("
        ~ tasks
        ~ ".current_administration_code)"
    ) -%}
    case
        when {{ one }}
        then min({{ tasks }}.current_administration_code)
        else {{ administration_code }}
    end as current_administration_code,
    case
        when {{ one }}
        then min({{ tasks }}.current_administration_source)
        else 'several'
    end as current_administration_source
{%- endmacro %}
