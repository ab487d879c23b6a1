-- Which inputs are not as they were. A decision of a person is configuration too, but
-- says more. A delivery that counts again, because what replaced it was withdrawn, is
-- not new. Signing a figure changes no other.
with
    inputs as (
        select
            case
                when
                    input_kind_code = 'configuration'
                    and {{ contains_text("input_key", "'/decisions/'") }}
                then 'human_decision'
                when input_kind_code = 'configuration'
                then 'new_configuration'
                when input_kind_code = 'code'
                then 'new_code'
                when input_kind_code = 'date'
                then 'new_date'
                when
                    input_kind_code = 'delivery'
                    and input_value = 'in_force'
                    and previous_input_value in ('accepted', 'superseded')
                then 'returned_delivery'
                when input_kind_code = 'delivery' and input_value = 'in_force'
                then 'new_delivery'
                when input_kind_code = 'delivery' and previous_input_value = 'in_force'
                then 'ended_delivery'
            end as cause_code,
            input_key
        from {{ ref("stg_release_input") }}
        where
            input_value is distinct from previous_input_value
            and input_key <> 'reference/decisions/sign_off.csv'
    ),

    named as (
        select
            inputs.cause_code,
            inputs.input_key,
            coalesce(deliveries.file_name, inputs.input_key) as input_name,
            deliveries.data_contract_id
        from inputs
        left join
            {{ ref("stg_delivery") }} as deliveries
            on inputs.input_key = deliveries.delivery_id
        where inputs.cause_code is not null
    ),

    by_contract as (
        select
            data_contract_id,
            max(
                case when cause_code = 'new_delivery' then input_name end
            ) as new_file_name,
            max(
                case when cause_code = 'ended_delivery' then input_name end
            ) as ended_file_name
        from named
        where data_contract_id is not null
        group by data_contract_id
    )

select
    named.cause_code,
    named.input_key,
    named.input_name,
    -- what took the place of one that ended, or made way for one that returned
    case
        named.cause_code
        when 'ended_delivery'
        then by_contract.new_file_name
        when 'returned_delivery'
        then by_contract.ended_file_name
    end as counterpart_name
from named
left join by_contract on named.data_contract_id = by_contract.data_contract_id
