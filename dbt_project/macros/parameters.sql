{# What a run is given from outside (--vars). No defaults: a build without an as-of date must stop, not guess. #}
{% macro run_parameter(name, pattern) -%}
    {%- set value = var(name, "") | string -%}
    {%- if execute and not modules.re.fullmatch(pattern, value) -%}
        {{
            exceptions.raise_compiler_error(
                "Variable '"
                ~ name
                ~ "' is '"
                ~ value
                ~ "', expected "
                ~ pattern
                ~ ". Give it as --vars '{"
                ~ name
                ~ ": ...}'."
            )
        }}
    {%- endif -%}
    {{ value }}
{%- endmacro %}

{# The day the release speaks of, as a date. #}
{% macro as_of_date() -%}
    cast('{{ run_parameter("as_of_date", "[0-9]{4}-[0-9]{2}-[0-9]{2}") }}' as date)
{%- endmacro %}

{# The instance's currency, such as DKK. #}
{% macro currency_code() -%}
    '{{ run_parameter("currency", "[A-Z]{3}") }}'
{%- endmacro %}

{# The year whose prices reports use. #}
{% macro report_price_year() -%}
    {{ run_parameter("price_year", "[0-9]{4}") }}
{%- endmacro %}
