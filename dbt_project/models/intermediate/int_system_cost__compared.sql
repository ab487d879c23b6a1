{%- set least_peers = 3 -%}
-- Cost per user beside the median of all uses of the product; where fewer than three
-- are known, of all that support its task. Fewer than three say nothing.
with
    uses as (
        select
            expanded.system_id,
            expanded.system_use_id,
            products.product_id,
            cast(
                costs.yearly_cost_amount
                / nullif(deduplicated.user_count, 0) as decimal(18, 2)
            ) as cost_per_user_amount
        from {{ ref("int_system_use__shared_expanded") }} as expanded
        inner join
            {{ ref("int_system_use__deduplicated") }} as deduplicated
            on expanded.system_use_id = deduplicated.system_use_id
        inner join
            {{ ref("int_system_cost__chosen") }} as costs
            on expanded.system_use_id = costs.system_use_id
        left join
            {{ ref("stg_product_link") }} as products
            on deduplicated.administration_code = products.administration_code
            and deduplicated.system_key = products.system_key
        where
            expanded.is_owner
            and
            {{ is_in_use("deduplicated.lifecycle_code", "deduplicated.use_end_date") }}
    ),

    known as (select * from uses where cost_per_user_amount is not null),

    product_peers as (
        select
            product_id,
            count(*) as peer_count,
            {{ median_amount("cost_per_user_amount") }} as median_amount
        from known
        group by product_id
    ),

    task_medians as (
        select
            tasks.capability_code,
            count(*) as peer_count,
            {{ median_amount("known.cost_per_user_amount") }} as median_amount
        from known
        inner join
            {{ ref("int_system_capability__split") }} as tasks
            on known.system_use_id = tasks.system_use_id
        group by tasks.capability_code
    ),

    -- a use that supports several tasks is held against the one with most known uses
    task_peers as (
        select
            uses.system_id,
            task_medians.peer_count,
            task_medians.median_amount,
            row_number() over (
                partition by uses.system_id
                order by task_medians.peer_count desc, task_medians.capability_code
            ) as task_rank
        from uses
        inner join
            {{ ref("int_system_capability__split") }} as tasks
            on uses.system_use_id = tasks.system_use_id
        inner join task_medians on tasks.capability_code = task_medians.capability_code
    ),

    based as (
        select
            uses.system_id,
            uses.cost_per_user_amount,
            case
                when product_peers.peer_count >= {{ least_peers }}
                then 'product'
                when task_peers.peer_count >= {{ least_peers }}
                then 'capability'
                else 'none'
            end as peer_basis_code,
            product_peers.peer_count as product_peer_count,
            product_peers.median_amount as product_median_amount,
            task_peers.peer_count as task_peer_count,
            task_peers.median_amount as task_median_amount
        from uses
        left join product_peers on uses.product_id = product_peers.product_id
        left join
            task_peers
            on uses.system_id = task_peers.system_id
            and task_peers.task_rank = 1
    )

select
    system_id,
    cost_per_user_amount,
    peer_basis_code,
    case
        peer_basis_code
        when 'product'
        then product_peer_count
        when 'capability'
        then task_peer_count
    end as peer_count,
    case
        peer_basis_code
        when 'product'
        then product_median_amount
        when 'capability'
        then task_median_amount
    end as peer_median_amount
from based
