{# The points of a shared-solution candidate, 0 to 100, each part visible in the mart. A part looks at the candidate alone, so
   that a candidate elsewhere changes nothing here. #}
{# 0 to 60: what is paid outside the administration that pays most, which one solution could touch. 1,000,000 gives half of
   the points, and each further krone less than the one before. Unknown or nothing: none. #}
{% macro cost_points(overlapping_cost_amount) -%}
    {%- set amount = (
        "cast(case when "
        ~ overlapping_cost_amount
        ~ " > 0 then "
        ~ overlapping_cost_amount
        ~ " else 0 end as double)"
    ) -%}
    cast(round(60 * {{ amount }} / ({{ amount }} + 1000000), 2) as decimal(5, 2))
{%- endmacro %}

{# 0 to 25: 5 for each administration beyond the first. #}
{% macro spread_points(administration_count) -%}
    cast(least(25, 5 * ({{ administration_count }} - 1)) as decimal(5, 2))
{%- endmacro %}

{# 0 to 15: how far the systems are the same product already; one product 15, all different 0. #}
{% macro likeness_points(system_count, product_count) -%}
    cast(
        round(
            15.0
            * ({{ system_count }} - {{ product_count }})
            / ({{ system_count }} - 1),
            2
        ) as decimal(5, 2)
    )
{%- endmacro %}
