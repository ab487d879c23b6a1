{# When a system use counts as in use at the as-of date: unless it says otherwise, by its life-cycle stage or its last day. #}
{% macro is_in_use(lifecycle_code, use_end_date) -%}
    (
        coalesce({{ lifecycle_code }}, 'undecided') not in ('not_in_use', 'retired')
        and coalesce({{ use_end_date }}, {{ as_of_date() }}) >= {{ as_of_date() }}
    )
{%- endmacro %}
