-- Fails for each transfer whose giver did not exist on the day before, or whose
-- receiver not on the day itself, by the reference data; for one to the giver itself;
-- and for one that gives a task to two administrations on one day. Where the instance
-- lists no administrations, any code will do.
with
    known as (
        select administration_code, valid_from_date, valid_to_date
        from {{ ref("stg_administration") }}
    ),

    transfers as (
        select
            transfers.*,
            count(*) over (
                partition by
                    transfer_date,
                    from_administration_code,
                    coalesce(capability_code, '')
            ) as receiver_count
        from {{ ref("stg_task_transfer") }} as transfers
    )

select
    transfers.transfer_date,
    transfers.from_administration_code,
    transfers.to_administration_code,
    transfers.capability_code
from transfers
left join
    known as givers
    on transfers.from_administration_code = givers.administration_code
    and {{ day_before("transfers.transfer_date") }}
    between givers.valid_from_date and coalesce(
        givers.valid_to_date, transfers.transfer_date
    )
left join
    known as receivers
    on transfers.to_administration_code = receivers.administration_code
    and transfers.transfer_date between receivers.valid_from_date and coalesce(
        receivers.valid_to_date, transfers.transfer_date
    )
where
    transfers.from_administration_code = transfers.to_administration_code
    or transfers.receiver_count > 1
    or (
        (givers.administration_code is null or receivers.administration_code is null)
        and exists (select 1 from known)
    )
