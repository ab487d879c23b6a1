-- What each administration pays a user for the products that several have of their own,
-- and the lowest, the median and the highest of it.
with
    prices as (
        select
            separated.product_id,
            separated.administration_code,
            count(*) as system_count,
            {{ known_sum("separated.yearly_cost_amount", "true") }}
            as yearly_cost_amount,
            case
                when count(*) = sum(case when uses.user_count > 0 then 1 else 0 end)
                then sum(uses.user_count)
            end as user_count
        from {{ ref("int_system_use__separated") }} as separated
        inner join
            {{ ref("int_system_use__deduplicated") }} as uses
            on separated.system_use_id = uses.system_use_id
        group by separated.product_id, separated.administration_code
    ),

    priced as (
        select
            prices.*,
            count(*) over (partition by product_id) as administration_count,
            {{ unit_price("yearly_cost_amount", "user_count") }} as unit_price_amount
        from prices
    ),

    numbered as (
        select
            product_id,
            unit_price_amount,
            count(*) over (partition by product_id) as price_count,
            row_number() over (
                partition by product_id order by unit_price_amount, administration_code
            ) as price_number
        from priced
        where unit_price_amount is not null
    ),

    statistics as (
        select
            product_id,
            price_count,
            min(unit_price_amount) as lowest_price_amount,
            max(unit_price_amount) as highest_price_amount,
            cast(
                round(
                    sum(
                        case
                            when
                                2 * price_number >= price_count
                                and 2 * price_number <= price_count + 2
                            then unit_price_amount
                        end
                    ) * case
                        when mod(price_count, 2) = 0
                        then cast(0.5 as decimal(2, 1))
                        else cast(1 as decimal(2, 1))
                    end,
                    2
                ) as decimal(18, 2)
            ) as median_price_amount
        from numbered
        group by product_id, price_count
        having price_count >= 2
    )

select
    priced.product_id,
    priced.administration_code,
    priced.administration_count,
    priced.system_count,
    priced.yearly_cost_amount,
    cast(priced.user_count as bigint) as user_count,
    priced.unit_price_amount,
    statistics.lowest_price_amount,
    statistics.median_price_amount,
    statistics.highest_price_amount,
    case
        when priced.yearly_cost_amount is null
        then 'no_cost'
        when priced.user_count is null
        then 'no_users'
        when statistics.product_id is null
        then 'no_other_price'
    end as saving_unknown_code
from priced
left join statistics on priced.product_id = statistics.product_id
where priced.administration_count >= 2
