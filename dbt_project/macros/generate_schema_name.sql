{# Where a model lies. Schemas carry the stage's own name, without the target's prefix: build files are never shared. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
