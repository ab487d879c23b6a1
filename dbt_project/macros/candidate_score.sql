{# The points of a shared-solution candidate, 0 to 100, each part visible in the mart. A part looks at the candidate alone, so
   that a candidate elsewhere changes nothing here. The weights are the office's own judgement, not a rule: change them here. #}
{# 0 to 55: what is paid outside the administration that pays most, which one solution could touch. 1,000,000 gives half of
   the points, and each further krone less than the one before. Unknown or nothing: none. #}
{% macro cost_points(overlapping_cost_amount) -%}
    {%- set amount = (
        "cast(case when "
        ~ overlapping_cost_amount
        ~ " > 0 then "
        ~ overlapping_cost_amount
        ~ " else 0 end as double)"
    ) -%}
    cast(round(55 * {{ amount }} / ({{ amount }} + 1000000), 2) as decimal(5, 2))
{%- endmacro %}

{# 0 to 20: 4 for each administration beyond the first. #}
{% macro spread_points(administration_count) -%}
    cast(least(20, 4 * ({{ administration_count }} - 1)) as decimal(5, 2))
{%- endmacro %}

{# 0 to 10: how far the systems are the same product already; one product 10, all different 0. #}
{% macro likeness_points(system_count, product_count) -%}
    cast(
        round(
            10.0
            * ({{ system_count }} - {{ product_count }})
            / ({{ system_count }} - 1),
            2
        ) as decimal(5, 2)
    )
{%- endmacro %}

{# 0 to 15: the share of the administrations whose contracts can be brought to one date; unknown or none: 0. #}
{% macro expiry_points(common_administration_count, administration_count) -%}
    cast(
        round(
            15.0
            * coalesce({{ common_administration_count }}, 0)
            / {{ administration_count }},
            2
        ) as decimal(5, 2)
    )
{%- endmacro %}
