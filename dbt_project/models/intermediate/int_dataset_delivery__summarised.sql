-- What counts of an administration's deliveries of a dataset, and its newest one beside
-- the one before of the same data contract.
with
    in_force as (
        select
            administration_code,
            dataset_name,
            count(*) as delivery_count,
            sum(source_row_count) as source_row_count,
            sum(accepted_row_count) as accepted_row_count,
            sum(wanted_cell_count) as wanted_cell_count,
            sum(filled_cell_count) as filled_cell_count
        from {{ ref("int_administration_delivery__ranked") }}
        where is_in_force
        group by administration_code, dataset_name
    )

select
    in_force.administration_code,
    in_force.dataset_name,
    in_force.delivery_count,
    in_force.source_row_count,
    in_force.accepted_row_count,
    in_force.wanted_cell_count,
    in_force.filled_cell_count,
    newest.business_date as newest_stated_date,
    cast(newest.received_at as date) as newest_received_date,
    {{
        dbt.datediff(
            "newest.business_date", "cast(newest.received_at as date)", "day"
        )
    }} as receipt_delay_days,
    newest.previous_business_date as previous_stated_date,
    cast(
        {{ share_pct("newest.accepted_row_count", "newest.source_row_count") }}
        - {{
            share_pct(
                "newest.previous_accepted_row_count",
                "newest.previous_source_row_count",
            )
        }} as decimal(5, 2)
    ) as valid_change_pct,
    cast(
        {{ share_pct("newest.filled_cell_count", "newest.wanted_cell_count") }}
        - {{
            share_pct(
                "newest.previous_filled_cell_count",
                "newest.previous_wanted_cell_count",
            )
        }} as decimal(5, 2)
    ) as complete_change_pct
from in_force
inner join
    {{ ref("int_administration_delivery__ranked") }} as newest
    on in_force.administration_code = newest.administration_code
    and in_force.dataset_name = newest.dataset_name
    and newest.delivery_rank = 1
