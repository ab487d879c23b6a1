with
    members as (select * from {{ ref("int_shared_solution__grouped") }}),

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
        having count(*) >= 2
    ),

    candidates as (
        select
            candidate_id,
            candidate_kind,
            candidate_key,
            count(*) as system_count,
            count(distinct product_id) as product_count,
            count(yearly_cost_amount) as known_cost_count,
            sum(yearly_cost_amount) as yearly_cost_amount,
            min(earliest_contract_end_date) as earliest_contract_end_date
        from members
        group by candidate_id, candidate_kind, candidate_key
    ),

    named as (
        select
            candidates.candidate_id,
            candidates.candidate_kind,
            candidates.candidate_key,
            coalesce(
                products.product_name, capabilities.capability_name
            ) as candidate_name,
            administrations.administration_codes,
            administrations.administration_count,
            candidates.system_count,
            candidates.product_count,
            candidates.known_cost_count,
            candidates.yearly_cost_amount,
            candidates.yearly_cost_amount
            - administrations.largest_cost_amount as overlapping_cost_amount,
            candidates.earliest_contract_end_date
        from candidates
        inner join
            administrations on candidates.candidate_id = administrations.candidate_id
        left join
            {{ ref("dim_product") }} as products
            on candidates.candidate_kind = 'product'
            and candidates.candidate_key = products.product_id
        left join
            {{ ref("dim_capability") }} as capabilities
            on candidates.candidate_kind = 'capability'
            and candidates.candidate_key = capabilities.capability_code
        -- a task that one product alone covers is that product's candidate, not another
        where candidates.candidate_kind = 'product' or candidates.product_count > 1
    ),

    pointed as (
        select
            named.*,
            {{ cost_points("overlapping_cost_amount") }} as cost_points,
            {{ spread_points("administration_count") }} as spread_points,
            {{ likeness_points("system_count", "product_count") }} as likeness_points
        from named
    )

select
    candidate_id,
    row_number() over (
        order by cost_points + spread_points + likeness_points desc, candidate_id
    ) as candidate_rank,
    candidate_kind,
    candidate_key,
    candidate_name,
    administration_codes,
    administration_count,
    system_count,
    product_count,
    cast(yearly_cost_amount as decimal(18, 2)) as yearly_cost_amount,
    cast(overlapping_cost_amount as decimal(18, 2)) as overlapping_cost_amount,
    {{ share_pct("known_cost_count", "system_count") }} as known_cost_pct,
    earliest_contract_end_date,
    cost_points,
    spread_points,
    likeness_points,
    cast(
        cost_points + spread_points + likeness_points as decimal(5, 2)
    ) as candidate_score_value
from pointed
