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
            combined.*,
            row_number() over (
                partition by administration_code
                order by
                    case
                        when
                            coalesce(valid_from_date, {{ as_of_date() }})
                            <= {{ as_of_date() }}
                        then 0
                        else 1
                    end,
                    case
                        when valid_from_date <= {{ as_of_date() }} then valid_from_date
                    end desc,
                    valid_from_date
            ) as validity_rank
        from combined
    )

select
    {{ make_id(["administration_code", "valid_from_date"]) }} as administration_id,
    administration_code,
    administration_name,
    administration_name_en,
    valid_from_date,
    valid_to_date,
    validity_rank = 1 as is_current,
    is_in_reference,
    is_invented
from ranked
