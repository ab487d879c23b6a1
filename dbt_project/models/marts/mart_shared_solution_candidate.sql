with
    members as (select * from {{ ref("fct_candidate_system") }}),

    by_administration as (
        select
            candidate_id,
            administration_code,
            sum(yearly_cost_amount) as yearly_cost_amount
        from members
        group by candidate_id, administration_code
    ),

    administrations as (
        select
            candidate_id,
            {{ join_text("administration_code", "|", "administration_code") }}
            as administration_codes,
            count(*) as administration_count,
            max(yearly_cost_amount) as largest_cost_amount
        from by_administration
        group by candidate_id
    ),

    summed as (
        select
            candidate_id,
            count(*) as system_count,
            count(distinct product_id) as product_count,
            sum(user_count) as user_count,
            count(yearly_cost_amount) as known_cost_count,
            sum(yearly_cost_amount) as yearly_cost_amount,
            min(contract_end_date) as earliest_contract_end_date
        from members
        group by candidate_id
    ),

    pointed as (
        select
            judged.*,
            coalesce(
                products.product_name, capabilities.capability_name
            ) as candidate_name,
            administrations.administration_codes,
            administrations.administration_count,
            summed.system_count,
            summed.product_count,
            summed.user_count,
            summed.known_cost_count,
            summed.yearly_cost_amount,
            summed.yearly_cost_amount
            - administrations.largest_cost_amount as overlapping_cost_amount,
            summed.earliest_contract_end_date,
            {{
                cost_points(
                    "(summed.yearly_cost_amount - administrations.largest_cost_amount)"
                )
            }} as cost_points,
            {{ spread_points("administrations.administration_count") }}
            as spread_points,
            {{ likeness_points("summed.system_count", "summed.product_count") }}
            as likeness_points,
            {{
                expiry_points(
                    "judged.common_expiry_administration_count",
                    "administrations.administration_count",
                )
            }} as expiry_points
        from {{ ref("int_candidate__judged") }} as judged
        inner join administrations on judged.candidate_id = administrations.candidate_id
        inner join summed on judged.candidate_id = summed.candidate_id
        left join
            {{ ref("dim_product") }} as products
            on judged.product_id = products.product_id
        left join
            {{ ref("dim_capability") }} as capabilities
            on judged.capability_code = capabilities.capability_code
    )

select
    candidate_id,
    row_number() over (
        order by
            is_advised_against,
            cost_points + spread_points + likeness_points + expiry_points desc,
            candidate_id
    ) as candidate_rank,
    candidate_name,
    candidate_kind_codes,
    product_id,
    capability_code,
    administration_codes,
    administration_count,
    system_count,
    product_count,
    cast(user_count as bigint) as user_count,
    cast(yearly_cost_amount as decimal(18, 2)) as yearly_cost_amount,
    cast(overlapping_cost_amount as decimal(18, 2)) as overlapping_cost_amount,
    {{ share_pct("known_cost_count", "system_count") }} as known_cost_pct,
    earliest_contract_end_date,
    common_expiry_date,
    common_expiry_administration_count,
    waiting_cost_amount,
    cost_points,
    spread_points,
    likeness_points,
    expiry_points,
    cast(
        cost_points + spread_points + likeness_points + expiry_points as decimal(5, 2)
    ) as candidate_score_value,
    is_advised_against,
    barrier_codes
from pointed
