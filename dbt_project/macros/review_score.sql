{# The points of a pair that a person should look at, 0 to 100: how open the question is (probability one half: 1; certain: 0) times
   how much hangs on it. A third is for any pair; money and users add up to a third each, half of it at 1,000,000 a year and
   at 500 users. #}
{% macro review_points(probability, yearly_amount, user_count) -%}
    {%- set chance = "cast(" ~ probability ~ " as double)" -%}
    {%- set amount = "cast(abs(" ~ yearly_amount ~ ") as double)" -%}
    cast(
        round(
            100
            * 4
            * {{ chance }}
            * (1 - {{ chance }})
            * (
                1
                + {{ amount }} / ({{ amount }} + 1000000)
                + {{ user_count }} / ({{ user_count }} + 500.0)
            )
            / 3,
            2
        ) as decimal(5, 2)
    )
{%- endmacro %}
