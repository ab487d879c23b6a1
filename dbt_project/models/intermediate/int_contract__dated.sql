-- Notice given ends a contract when its months have run, though not before it may be
-- terminated, and not later than its own last day.
with
    noticed as (
        select
            contract_id,
            administration_code,
            contract_key,
            parent_contract_key,
            contract_type_code,
            yearly_amount,
            start_date,
            end_date,
            irrevocable_until_date,
            notice_months,
            option_months,
            case
                when option_used_count <= option_count
                then option_count - option_used_count
            end as option_left_count,
            coalesce(terminated_date <= {{ as_of_date() }}, false) as is_notice_given,
            case
                when terminated_date <= {{ as_of_date() }} and notice_months is not null
                then
                    greatest(
                        {{ add_months("terminated_date", "notice_months") }},
                        coalesce(
                            irrevocable_until_date,
                            {{ add_months("terminated_date", "notice_months") }}
                        )
                    )
            end as notice_run_date
        from {{ ref("int_contract__deduplicated") }}
    ),

    ended as (
        select
            noticed.*,
            case
                when end_date is null or notice_run_date < end_date
                then notice_run_date
                else end_date
            end as last_date
        from noticed
    ),

    dated as (
        select
            ended.*,
            case
                when start_date > {{ as_of_date() }}
                then 'not_started'
                when last_date < {{ as_of_date() }}
                then 'expired'
                when is_notice_given
                then 'terminated'
                else 'running'
            end as contract_state_code,
            case
                when is_notice_given
                then 'notice_given'
                when notice_months is null
                then 'unknown'
                when end_date is not null
                then 'end_date'
                when irrevocable_until_date >= {{ as_of_date() }}
                then 'irrevocable_date'
                else 'any_time'
            end as notice_basis_code
        from ended
    )

select
    contract_id,
    administration_code,
    contract_key,
    parent_contract_key,
    contract_type_code,
    yearly_amount,
    option_left_count,
    last_date,
    case
        when option_left_count = 0
        then end_date
        else {{ extend_by_months("end_date", "(option_left_count * option_months)") }}
    end as latest_end_date,
    contract_state_code,
    contract_state_code in ('running', 'terminated') as is_running,
    notice_basis_code,
    case
        when notice_basis_code = 'end_date'
        then {{ add_months("end_date", "(-1 * notice_months)") }}
        when notice_basis_code = 'irrevocable_date'
        then {{ add_months("irrevocable_until_date", "(-1 * notice_months)") }}
    end as last_notice_date
from dated
