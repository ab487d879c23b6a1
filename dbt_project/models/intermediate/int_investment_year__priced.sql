-- The plan of a year is the adjusted one, or the adopted one where no adjusted one is
-- known. An amount whose price year the index lacks makes the year unpriced.
with
    priced as (
        select
            lines.administration_code,
            lines.project_code,
            lines.fiscal_year,
            lines.steering_area_code,
            lines.line_code,
            lines.investment_amount,
            case
                when lines.price_year = {{ report_price_year() }}
                then lines.investment_amount
                else
                    {{
                        in_prices_of(
                            "lines.investment_amount",
                            "indexes.index_value",
                            "indexes.target_index_value",
                        )
                    }}
            end as real_amount
        from {{ ref("int_investment__carried") }} as lines
        left join
            {{ ref("int_price_index__targeted") }} as indexes
            on lines.price_year = indexes.price_year
        where lines.is_latest_version
    )

select
    administration_code,
    project_code,
    fiscal_year,
    steering_area_code,
    coalesce(
        {{ known_sum("real_amount", "line_code = 'plan_adjusted'") }},
        {{ known_sum("real_amount", "line_code = 'plan_adopted'") }}
    ) as planned_real_amount,
    {{ known_sum("real_amount", "line_code = 'benefit_cashable'") }}
    as benefit_real_amount,
    count(investment_amount) = count(real_amount) as is_priced
from priced
where line_code in ('plan_adjusted', 'plan_adopted', 'benefit_cashable')
group by administration_code, project_code, fiscal_year, steering_area_code
