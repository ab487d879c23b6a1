-- Fails when the landscape and the systems it is made of differ in rows or in yearly
-- cost.
with
    systems as (
        select count(*) as row_count, sum(yearly_cost_amount) as cost
        from {{ ref("dim_system") }}
    ),

    landscape as (
        select count(*) as row_count, sum(yearly_cost_amount) as cost
        from {{ ref("mart_it_landscape") }}
    )

select
    systems.row_count,
    systems.cost,
    landscape.row_count as landscape_row_count,
    landscape.cost as landscape_cost
from systems
cross join landscape
where
    systems.row_count <> landscape.row_count
    or coalesce(systems.cost, 0) <> coalesce(landscape.cost, 0)
