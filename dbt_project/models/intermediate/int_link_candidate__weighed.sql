-- What is at stake when the answer is wrong: all that stands under the one product or
-- supplier, or under either of the two. Year by year, so that both kinds compare.
with
    product_sizes as (
        select
            links.product_id as group_id,
            sum(costs.yearly_cost_amount) as yearly_amount,
            sum(uses.user_count) as user_count
        from {{ ref("int_system_use__deduplicated") }} as uses
        inner join
            {{ ref("stg_product_link") }} as links
            on uses.administration_code = links.administration_code
            and uses.system_key = links.system_key
        inner join
            {{ ref("int_system_cost__chosen") }} as costs
            on uses.system_use_id = costs.system_use_id
        where {{ is_in_use("uses.lifecycle_code", "uses.use_end_date") }}
        group by links.product_id
    ),

    supplier_sizes as (
        select supplier_id as group_id, sum(posting_amount) as yearly_amount
        from {{ ref("int_posting__decided") }}
        where
            posting_date > cast({{ dbt.dateadd("year", -1, as_of_date()) }} as date)
            and posting_date <= {{ as_of_date() }}
        group by supplier_id
    ),

    sizes as (
        select 'product' as link_kind, group_id, yearly_amount, user_count
        from product_sizes
        union all
        select 'supplier' as link_kind, group_id, yearly_amount, 0 as user_count
        from supplier_sizes
    )

select
    candidates.link_kind,
    candidates.left_key,
    candidates.right_key,
    candidates.left_id,
    candidates.right_id,
    candidates.left_name,
    candidates.right_name,
    candidates.is_linked,
    candidates.link_probability,
    candidates.link_reason,
    coalesce(left_sizes.yearly_amount, 0)
    + coalesce(right_sizes.yearly_amount, 0) as affected_amount,
    coalesce(left_sizes.user_count, 0)
    + coalesce(right_sizes.user_count, 0) as affected_user_count
from {{ ref("stg_link_candidate") }} as candidates
left join
    sizes as left_sizes
    on candidates.link_kind = left_sizes.link_kind
    and candidates.left_id = left_sizes.group_id
left join
    sizes as right_sizes
    on candidates.link_kind = right_sizes.link_kind
    and candidates.right_id = right_sizes.group_id
    and not candidates.is_linked
