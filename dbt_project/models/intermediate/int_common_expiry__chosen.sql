-- The date by which contracts of the most administrations can end, the earliest such
-- day: a sweep over the days on which an administration's span begins or has ended,
-- each administration counted once however many contracts it has.
with
    contracts as (select * from {{ ref("int_candidate_contract__bounded") }}),

    compared as (
        select
            candidate_id,
            administration_code,
            contract_id,
            earliest_end_date,
            last_common_date,
            max(last_common_date) over (
                partition by candidate_id, administration_code
                order by earliest_end_date, contract_id
                rows between unbounded preceding and 1 preceding
            ) as reached_date
        from contracts
    ),

    numbered as (
        select
            compared.*,
            sum(case when reached_date >= earliest_end_date then 0 else 1 end) over (
                partition by candidate_id, administration_code
                order by earliest_end_date, contract_id
                rows between unbounded preceding and current row
            ) as span_number
        from compared
    ),

    spans as (
        select
            candidate_id,
            administration_code,
            min(earliest_end_date) as first_date,
            max(last_common_date) as last_date
        from numbered
        group by candidate_id, administration_code, span_number
    ),

    changes as (
        select candidate_id, first_date as change_date, 1 as change_count
        from spans
        union all
        select
            candidate_id,
            {{ day_after("last_date") }} as change_date,
            -1 as change_count
        from spans
    ),

    days as (
        select candidate_id, change_date, sum(change_count) as change_count
        from changes
        group by candidate_id, change_date
    ),

    swept as (
        select
            candidate_id,
            change_date,
            sum(change_count) over (
                partition by candidate_id
                order by change_date
                rows between unbounded preceding and current row
            ) as administration_count
        from days
    ),

    ranked as (
        select
            swept.*,
            row_number() over (
                partition by candidate_id
                order by administration_count desc, change_date
            ) as date_rank
        from swept
    )

select
    candidate_id,
    change_date as common_expiry_date,
    cast(administration_count as bigint) as common_expiry_administration_count
from ranked
where date_rank = 1 and administration_count >= 2
