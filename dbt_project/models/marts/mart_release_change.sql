-- This mart compares what readers saw with what they will see, so it alone reads other
-- marts. Of a kind of item that the release before did not publish it says nothing.
with
    previous as (select * from {{ ref("int_previous_item__listed") }}),

    present as (
        {{
            release_items(
                ref("mart_it_landscape"),
                ref("dim_contract"),
                ref("mart_shared_solution_candidate"),
            )
        }}
    ),

    changes as ({{ item_changes("present", "previous") }}),

    -- the most specific cause that can be shown: the row's own delivery, else its last
    -- day, else what else is not as it was, what people set before what runs by itself
    caused as (
        select
            changes.*,
            causes.*,
            coalesce(inputs.counterpart_name, inputs.input_name) as own_name,
            case
                when inputs.cause_code = 'new_delivery'
                then 'own_delivery'
                when
                    inputs.cause_code = 'ended_delivery'
                    and inputs.counterpart_name is not null
                then 'own_delivery'
                when inputs.cause_code in ('ended_delivery', 'returned_delivery')
                then 'own_withdrawal'
                when
                    changes.last_date >= causes.previous_as_of_date
                    and changes.last_date < {{ as_of_date() }}
                then 'new_date'
                when causes.new_configuration_names is not null
                then 'new_configuration'
                when causes.human_decision_names is not null
                then 'human_decision'
                when causes.new_code_names is not null
                then 'new_code'
                when causes.new_delivery_names is not null
                then 'other_delivery'
                when causes.ended_delivery_names is not null
                then 'other_withdrawal'
                else 'new_date'
            end as finding_code
        from changes
        cross join {{ ref("int_release_cause__summarised") }} as causes
        left join
            {{ ref("int_release_input__compared") }} as inputs
            on changes.delivery_id = inputs.input_key
        where
            case
                changes.item_kind_code
                when 'contract'
                then causes.is_contract_known
                when 'candidate'
                then causes.is_candidate_known
                else causes.is_system_known
            end
    )

select
    item_kind_code,
    item_id,
    administration_codes,
    item_name,
    change_code,
    nullif(field_name, '') as changed_field_name,
    before_text,
    after_text,
    before_amount,
    after_amount,
    cast(
        case
            change_code
            when 'added'
            then after_amount
            when 'ended'
            then -1 * before_amount
            else after_amount - before_amount
        end as decimal(18, 2)
    ) as difference_amount,
    case
        when finding_code in ('own_delivery', 'other_delivery')
        then 'new_delivery'
        when finding_code in ('own_withdrawal', 'other_withdrawal')
        then 'withdrawn_delivery'
        else finding_code
    end as cause_code,
    case
        finding_code
        when 'own_delivery'
        then own_name
        when 'own_withdrawal'
        then own_name
        when 'other_delivery'
        then new_delivery_names
        when 'other_withdrawal'
        then ended_delivery_names
        when 'new_configuration'
        then new_configuration_names
        when 'human_decision'
        then human_decision_names
        when 'new_code'
        then new_code_names
        else cast(previous_as_of_date as {{ dbt.type_string() }})
    end as cause_detail,
    changed_input_codes,
    previous_release_id,
    delivery_id,
    source_row_number
from caused
