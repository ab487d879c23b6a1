-- Between which days a running contract can be brought to its end, by what its source
-- states. A fixed term ends early only where the source says from when it may be
-- terminated; notice is counted to the end of a month.
with
    contracts as (
        select
            dated.contract_id,
            dated.notice_basis_code,
            dated.last_date,
            dated.latest_end_date,
            contracts.end_date,
            contracts.irrevocable_until_date,
            contracts.notice_months,
            cast(
                {{
                    dbt.last_day(
                        add_months(as_of_date(), "contracts.notice_months"), "month"
                    )
                }} as date
            ) as notice_run_date
        from {{ ref("int_contract__dated") }} as dated
        inner join
            {{ ref("int_contract__deduplicated") }} as contracts
            on dated.contract_id = contracts.contract_id
        where dated.contract_state_code in ('running', 'terminated')
    ),

    terminable as (
        select
            contracts.*,
            case
                when notice_run_date < irrevocable_until_date
                then irrevocable_until_date
                else notice_run_date
            end as terminable_date
        from contracts
    )

select
    contract_id,
    notice_months,
    case
        when notice_basis_code = 'notice_given'
        then last_date
        when end_date is null
        then terminable_date
        when irrevocable_until_date is not null and terminable_date < end_date
        then terminable_date
        else end_date
    end as earliest_end_date,
    case
        when notice_basis_code = 'notice_given'
        then last_date
        else coalesce(latest_end_date, end_date)
    end as latest_end_date
from terminable
