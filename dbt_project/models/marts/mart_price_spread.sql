with
    compared as (
        select
            prices.*,
            highest_price_amount - lowest_price_amount as price_spread_amount,
            case
                when lowest_price_amount > 0
                then
                    cast(
                        round(
                            cast(highest_price_amount as double) / lowest_price_amount,
                            2
                        ) as decimal(9, 2)
                    )
            end as price_ratio_value
        from {{ ref("int_product_price__compared") }} as prices
    )

select
    {{ make_id(["compared.product_id", "compared.administration_code"]) }}
    as price_spread_id,
    compared.product_id,
    products.product_name,
    compared.administration_code,
    administrations.administration_name,
    compared.administration_count,
    compared.system_count,
    compared.user_count,
    compared.yearly_cost_amount,
    compared.unit_price_amount,
    compared.lowest_price_amount,
    compared.median_price_amount,
    compared.highest_price_amount,
    cast(compared.price_spread_amount as decimal(18, 2)) as price_spread_amount,
    compared.price_ratio_value,
    {{
        saving_at(
            "compared.unit_price_amount",
            "compared.median_price_amount",
            "compared.user_count",
        )
    }} as saving_at_median_amount,
    {{
        saving_at(
            "compared.unit_price_amount",
            "compared.lowest_price_amount",
            "compared.user_count",
        )
    }} as saving_at_lowest_amount,
    compared.saving_unknown_code
from compared
inner join
    {{ ref("dim_product") }} as products on compared.product_id = products.product_id
inner join
    {{ ref("dim_administration") }} as administrations
    on compared.administration_code = administrations.administration_code
    and administrations.is_current
