-- A task that A gave to B in one year and B to C in another is C's now. Every task
-- that any transfer names is followed by itself, so that a wide transfer (11) and a
-- narrow one (11.06) of different years both count for the narrow task.
-- Of several on one day the narrowest that covers the task counts.
with recursive
    transfers as (
        select
            transfer_date,
            from_administration_code,
            to_administration_code,
            coalesce(capability_code, '') as capability_code
        from {{ ref("stg_task_transfer") }}
    ),

    tasks as (select distinct capability_code from transfers),

    ranked as (
        select
            tasks.capability_code,
            transfers.from_administration_code,
            transfers.to_administration_code,
            transfers.transfer_date,
            row_number() over (
                partition by
                    tasks.capability_code,
                    transfers.from_administration_code,
                    transfers.transfer_date
                order by
                    length(transfers.capability_code) desc,
                    transfers.to_administration_code
            ) as day_rank
        from tasks
        inner join
            transfers
            on {{ is_within("tasks.capability_code", "transfers.capability_code") }}
    ),

    steps as (
        select
            capability_code,
            from_administration_code,
            to_administration_code,
            transfer_date,
            lag(transfer_date) over (
                partition by capability_code, from_administration_code
                order by transfer_date
            ) as earlier_transfer_date
        from ranked
        where day_rank = 1
    ),

    followed as (
        select
            from_administration_code as administration_code,
            capability_code,
            from_administration_code as responsible_administration_code,
            cast(null as date) as valid_from_date
        from steps
        where earlier_transfer_date is null
        union all
        select
            followed.administration_code,
            followed.capability_code,
            steps.to_administration_code as responsible_administration_code,
            steps.transfer_date as valid_from_date
        from followed
        inner join
            steps
            on followed.capability_code = steps.capability_code
            and followed.responsible_administration_code
            = steps.from_administration_code
            -- The first step after the one before it, and no other.
            and (
                followed.valid_from_date is null
                or steps.transfer_date > followed.valid_from_date
            )
            and (
                steps.earlier_transfer_date is null
                or steps.earlier_transfer_date <= followed.valid_from_date
            )
    ),

    dated as (
        select
            administration_code,
            capability_code,
            responsible_administration_code,
            valid_from_date,
            lead({{ day_before("valid_from_date") }}) over (
                partition by administration_code, capability_code
                order by valid_from_date nulls first
            ) as valid_to_date
        from followed
    )

select
    administration_code,
    capability_code,
    responsible_administration_code,
    valid_from_date,
    valid_to_date,
    {{ holds_at_as_of_date() }} as is_current
from dated
