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

    statistics as (
        select
            product_id,
            min(unit_price_amount) as lowest_price_amount,
            max(unit_price_amount) as highest_price_amount,
            {{ median_amount("unit_price_amount") }} as median_price_amount
        from priced
        where unit_price_amount is not null
        group by product_id
        having count(*) >= 2
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
