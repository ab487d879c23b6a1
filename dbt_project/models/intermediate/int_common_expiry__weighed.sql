-- Each contract that the common date can be brought about with, and what it costs to
-- wait for it: the contract's yearly amount for the days after its own term; the part
-- of it after the last option is bridging, which the supplier must agree to. Notice is
-- needed only where the contract would otherwise run on: not at the end of its own term
-- or last option, nor of what is agreed beyond, as for all that are terminated already.
with
    contracts as (
        select
            bounded.*,
            chosen.common_expiry_date,
            chosen.common_expiry_administration_count,
            {{ days_beyond("chosen.common_expiry_date", "bounded.own_end_date") }}
            as waiting_day_count,
            {{ days_beyond("chosen.common_expiry_date", "bounded.latest_end_date") }}
            as bridging_day_count
        from {{ ref("int_candidate_contract__bounded") }} as bounded
        inner join
            {{ ref("int_common_expiry__chosen") }} as chosen
            on bounded.candidate_id = chosen.candidate_id
            and bounded.earliest_end_date <= chosen.common_expiry_date
            and bounded.last_common_date >= chosen.common_expiry_date
    )

select
    candidate_id,
    contract_id,
    administration_code,
    system_count,
    allocated_yearly_amount,
    common_expiry_date,
    common_expiry_administration_count,
    own_end_date,
    earliest_end_date,
    latest_end_date,
    case
        when common_expiry_date = own_end_date and latest_end_date is not null
        then null
        when common_expiry_date >= latest_end_date
        then null
        when
            {{ add_months("common_expiry_date", "(-1 * notice_months)") }}
            >= {{ as_of_date() }}
        then {{ add_months("common_expiry_date", "(-1 * notice_months)") }}
    end as common_notice_date,
    waiting_day_count,
    bridging_day_count,
    {{ amount_of_days("allocated_yearly_amount", "waiting_day_count") }}
    as waiting_cost_amount,
    {{ amount_of_days("allocated_yearly_amount", "bridging_day_count") }}
    as bridging_cost_amount
from contracts
