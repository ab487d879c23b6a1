{# Codes: several in one cell (joined by '|'), their order and their hierarchy. What engines say differently is dispatched. #}
{# After a FROM clause: one row per code in the cell. The cell is split at '|'; null gives no row. #}
{% macro cross_join_codes(cell, alias, column) -%}
    {{ return(adapter.dispatch("cross_join_codes")(cell, alias, column)) }}
{%- endmacro %}

{% macro duckdb__cross_join_codes(cell, alias, column) -%}
    cross join unnest(string_split({{ cell }}, '|')) as {{ alias }} ({{ column }})
{%- endmacro %}

{% macro spark__cross_join_codes(cell, alias, column) -%}
    cross join lateral (
        select explode(split({{ cell }}, '[|]')) as {{ column }}
    ) as {{ alias }}
{%- endmacro %}

{# Aggregate: the texts of a group in one cell, in the order given. Null when there are none. #}
{% macro join_text(text, delimiter, order_by) -%}
    {{ return(adapter.dispatch("join_text")(text, delimiter, order_by)) }}
{%- endmacro %}

{% macro duckdb__join_text(text, delimiter, order_by) -%}
    string_agg({{ text }}, '{{ delimiter }}' order by {{ order_by }})
{%- endmacro %}

{# Each text once, in its own order, is asked for by "distinct": beside other distinct aggregates Spark does not plan that as listagg. #}
{% macro spark__join_text(text, delimiter, order_by) -%}
    {%- if text.startswith("distinct ") -%}
        nullif(
            array_join(
                array_sort(collect_set({{ text.removeprefix("distinct ") }})),
                '{{ delimiter }}'
            ),
            ''
        )
    {%- else -%}
        listagg({{ text }}, '{{ delimiter }}') within group (order by {{ order_by }})
    {%- endif -%}
{%- endmacro %}

{# A version code's digits, for ordering: B2026 -> 2026, 2026-09 -> 202609, which is the later of the two. #}
{% macro version_order(version_code) -%}
    {{ replace_all(version_code, "[^0-9]", "") }}
{%- endmacro %}

{# A dotted code without its last part: 27.03.04 -> 27.03. A code without a dot stays as it is. #}
{% macro parent_code(code) -%}
    regexp_replace({{ code }}, '[.][^.]*$', '')
{%- endmacro %}

{# Whether a dotted code is another or lies below it: 27.03.04 is within 27.03 and 27, not within 27.0. Everything is within ''. #}
{% macro is_within(code, ancestor) -%}
    (
        {{ ancestor }} = ''
        or {{ code }} = {{ ancestor }}
        or substring({{ code }}, 1, length({{ ancestor }}) + 1)
        = {{ dbt.concat([ancestor, "'.'"]) }}
    )
{%- endmacro %}

{# Aggregate: the value when the known ones agree, else null. #}
{% macro only_value(expression) -%}
    case
        when min({{ expression }}) = max({{ expression }}) then min({{ expression }})
    end
{%- endmacro %}

{# True when a text contains another as it stands. #}
{% macro contains_text(text, part) -%}
    {{ return(adapter.dispatch("contains_text")(text, part)) }}
{%- endmacro %}

{% macro duckdb__contains_text(text, part) -%}
    contains({{ text }}, {{ part }})
{%- endmacro %}

{% macro spark__contains_text(text, part) -%}
    contains({{ text }}, {{ part }})
{%- endmacro %}

{# The codes whose conditions hold, in the order given, in one cell joined by '|'; null when none does. #}
{% macro codes_where(conditions) -%}
    {%- set parts = [] -%}
    {%- for code, condition in conditions.items() -%}
        {%- do parts.append(
            "case when " ~ condition ~ " then '|" ~ code ~ "' else '' end"
        ) -%}
    {%- endfor -%}
    nullif(substring({{ dbt.concat(parts) }}, 2), '')
{%- endmacro %}

{# Aggregate: whether a condition holds for any row; unknown counts as no. #}
{% macro has_any(condition) -%}
    max(case when {{ condition }} then 1 else 0 end) = 1
{%- endmacro %}

{# How deep a dotted code lies: 1 for 27, 2 for 27.03. #}
{% macro code_level(code) -%}
    length({{ code }}) - length(replace({{ code }}, '.', '')) + 1
{%- endmacro %}

{# Stands for the task of what no task is stated of. #}
{% macro no_task_code() -%} 'none' {%- endmacro %}
