-- Fails for each measure whose run lines in the overview do not sum to the newest
-- versions of the budgets. A line and year
-- where one of several amounts is unknown is unknown in both.
{%- set measures = ["adopted", "adjusted", "committed", "actual", "forecast"] %}
with
    known as (
        select
            administration_code,
            budget_line_key,
            fiscal_year,
            measure_code,
            sum(budget_amount) as amount
        from {{ ref("fct_budget") }}
        where is_newest_version
        group by administration_code, budget_line_key, fiscal_year, measure_code
        having count(*) = count(budget_amount)
    ),

    delivered as (
        select measure_code, sum(amount) as amount from known group by measure_code
    ),

    shown as (
        {% for measure in measures %}
            select '{{ measure }}' as measure_code, sum({{ measure }}_amount) as amount
            from {{ ref("mart_investment_overview") }}
            where line_kind = 'run' and is_latest_version
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )

select
    shown.measure_code,
    delivered.amount as delivered_amount,
    shown.amount as shown_amount
from shown
left join delivered on shown.measure_code = delivered.measure_code
where coalesce(delivered.amount, 0) <> coalesce(shown.amount, 0)
