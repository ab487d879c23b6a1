-- The tasks that are about the same systems as a product that several administrations
-- have: more than half of the systems of both together are in both, or the task has no
-- other product. A task meets that with one product at most.
with
    members as (select * from {{ ref("int_shared_solution__grouped") }}),

    compared as (
        select
            products.group_key as product_id,
            tasks.group_key as capability_code,
            count(*) as common_count,
            products.use_count as product_use_count,
            tasks.use_count as task_use_count,
            tasks.product_count
        from members as products
        inner join
            members as tasks
            on products.system_use_id = tasks.system_use_id
            and tasks.group_kind = 'capability'
        where products.group_kind = 'product'
        group by
            products.group_key,
            tasks.group_key,
            products.use_count,
            tasks.use_count,
            tasks.product_count
    )

select
    product_id,
    capability_code,
    row_number() over (
        partition by product_id
        order by
            common_count desc,
            task_use_count,
            length(capability_code) desc,
            capability_code
    ) as task_rank
from compared
where product_count = 1 or 3 * common_count > product_use_count + task_use_count
