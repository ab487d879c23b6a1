with
    reference as (
        select
            administration_code,
            administration_name,
            administration_name_en,
            valid_from_date,
            valid_to_date,
            coalesce(is_invented, false) as is_invented,
            true as is_in_reference
        from {{ ref("stg_administration") }}
    ),

    delivered_only as (
        select
            delivered.administration_code,
            coalesce(
                delivered.delivered_administration_name, delivered.administration_code
            ) as administration_name,
            cast(null as {{ dbt.type_string() }}) as administration_name_en,
            cast(null as date) as valid_from_date,
            cast(null as date) as valid_to_date,
            false as is_invented,
            false as is_in_reference
        from {{ ref("int_administration__delivered") }} as delivered
        left join
            reference on delivered.administration_code = reference.administration_code
        where reference.administration_code is null
    ),

    combined as (
        select *
        from reference
        union all
        select *
        from delivered_only
    ),

    ranked as (
        select
            {{ make_id(["administration_code", "valid_from_date"]) }}
            as administration_id,
            combined.*,
            {{ validity_rank("administration_code") }} as validity_rank
        from combined
    ),

    -- A transfer without a task is of the administration as a whole.
    successions as (
        select
            to_administration_code as administration_code,
            transfer_date as succession_date,
            from_administration_code as predecessor_code,
            cast(null as {{ dbt.type_string() }}) as successor_code
        from {{ ref("stg_task_transfer") }}
        where capability_code is null
        union all
        select
            from_administration_code as administration_code,
            {{ day_before("transfer_date") }} as succession_date,
            cast(null as {{ dbt.type_string() }}) as predecessor_code,
            to_administration_code as successor_code
        from {{ ref("stg_task_transfer") }}
        where capability_code is null
    ),

    neighbours as (
        select
            ranked.administration_id,
            {{ join_text("predecessor_code", "|", "predecessor_code") }}
            as predecessor_codes,
            {{ join_text("successor_code", "|", "successor_code") }} as successor_codes
        from ranked
        inner join
            successions
            on ranked.administration_code = successions.administration_code
            and (
                ranked.valid_from_date is null
                or ranked.valid_from_date <= successions.succession_date
            )
            and (
                ranked.valid_to_date is null
                or ranked.valid_to_date >= successions.succession_date
            )
        group by ranked.administration_id
    )

select
    ranked.administration_id,
    ranked.administration_code,
    ranked.administration_name,
    ranked.administration_name_en,
    ranked.valid_from_date,
    ranked.valid_to_date,
    ranked.validity_rank = 1 as is_current,
    neighbours.predecessor_codes as predecessor_administration_codes,
    neighbours.successor_codes as successor_administration_codes,
    ranked.is_in_reference,
    ranked.is_invented
from ranked
left join neighbours on ranked.administration_id = neighbours.administration_id
