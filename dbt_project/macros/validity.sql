{# Rows with valid_from_date and valid_to_date: which one speaks at the as-of date, and the days around them. #}
{# Rank of a thing's validities; 1 is the one that speaks at the as-of date: the newest that has begun, else the first to come. #}
{% macro validity_rank(key) -%}
    row_number() over (
        partition by {{ key }}
        order by
            case
                when coalesce(valid_from_date, {{ as_of_date() }}) <= {{ as_of_date() }}
                then 0
                else 1
            end,
            case
                when valid_from_date <= {{ as_of_date() }} then valid_from_date
            end desc,
            valid_from_date
    )
{%- endmacro %}

{# The day before or after a date. #}
{% macro day_before(day) -%}
    cast({{ dbt.dateadd("day", -1, day) }} as date)
{%- endmacro %}

{% macro day_after(day) -%}
    cast({{ dbt.dateadd("day", 1, day) }} as date)
{%- endmacro %}

{# Query: each validity of `key` in `relation` that ends before it begins, leaves days between itself and the next one, or
   shares days with it. A row without valid_to_date goes on for ever. #}
{% macro validity_faults(relation, key) -%}
    select *
    from
        (
            select
                {{ key | join(", ") }},
                valid_from_date,
                valid_to_date,
                lead(valid_from_date) over (
                    partition by {{ key | join(", ") }}
                    order by valid_from_date, valid_to_date
                ) as next_valid_from_date
            from {{ relation }}
        ) as ordered
    where
        valid_to_date < valid_from_date
        or (
            next_valid_from_date is not null
            and coalesce(
                valid_to_date <> {{ day_before("next_valid_from_date") }}, true
            )
        )
{%- endmacro %}
