-- From which day to which a candidate's contracts could each be made to end for a
-- common date: not held for the others beyond so many months after its own term, and
-- not bridged for more than so many after its last option.
with
    parts as (
        select
            members.candidate_id,
            allocated.contract_id,
            allocated.administration_code,
            count(*) as system_count,
            {{ known_sum("allocated.allocated_yearly_amount", "true") }}
            as allocated_yearly_amount
        from {{ ref("int_shared_solution__merged") }} as members
        inner join
            {{ ref("int_contract_cost__allocated") }} as allocated
            on members.system_use_id = allocated.system_use_id
        group by
            members.candidate_id, allocated.contract_id, allocated.administration_code
    ),

    dated as (
        select
            parts.candidate_id,
            parts.contract_id,
            parts.administration_code,
            parts.system_count,
            parts.allocated_yearly_amount,
            exits.notice_months,
            exits.earliest_end_date,
            exits.latest_end_date,
            coalesce(contracts.last_date, exits.earliest_end_date) as own_end_date
        from parts
        inner join
            {{ ref("int_contract_exit__dated") }} as exits
            on parts.contract_id = exits.contract_id
        inner join
            {{ ref("int_contract__dated") }} as contracts
            on parts.contract_id = contracts.contract_id
        where exits.earliest_end_date is not null
    ),

    limited as (
        select
            dated.*,
            {{ extend_by_months("own_end_date", longest_waiting_months()) }}
            as longest_waiting_date,
            {{ extend_by_months("latest_end_date", longest_bridging_months()) }}
            as longest_bridging_date
        from dated
    )

select
    candidate_id,
    contract_id,
    administration_code,
    system_count,
    allocated_yearly_amount,
    notice_months,
    own_end_date,
    earliest_end_date,
    latest_end_date,
    case
        when longest_bridging_date < longest_waiting_date
        then longest_bridging_date
        else longest_waiting_date
    end as last_common_date
from limited
