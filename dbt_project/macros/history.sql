{# What each delivery said of the same amount. #}
{# Query: one row per key and accepted delivery that states it, with its amount (null when one of several rows is unknown), and
   whether a newer delivery states another. #}
{% macro stated_amounts(relation, key, amount) -%}
    with
        stated as (
            select
                delivery_id,
                min(source_row_number) as source_row_number,
                business_date,
                is_in_force,
                {% for column in key %} {{ column }}, {% endfor %}
                {{ only_value("coalesce(price_year, fiscal_year)") }} as price_year,
                {{ known_sum(amount, "true") }} as {{ amount }}
            from {{ relation }}
            group by delivery_id, business_date, is_in_force, {{ key | join(", ") }}
        ),

        compared as (
            select
                stated.*,
                count(*) over (
                    partition by {{ key | join(", ") }}
                    order by business_date, delivery_id
                    rows between 1 following and unbounded following
                ) as newer_count,
                lead({{ amount }}) over (
                    partition by {{ key | join(", ") }}
                    order by business_date, delivery_id
                ) as next_amount
            from stated
        )

    select
        delivery_id,
        source_row_number,
        business_date as stated_date,
        is_in_force,
        {% for column in key %} {{ column }}, {% endfor %}
        price_year,
        {{ amount }},
        newer_count > 0
        and (
            coalesce(next_amount <> {{ amount }}, false)
            or (next_amount is null) <> ({{ amount }} is null)
        ) as is_restated
    from compared
{%- endmacro %}
