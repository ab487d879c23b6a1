-- Where the reference data hold a unit they speak; else the name that most systems and
-- contracts give it, the alphabetically first among equals.
with
    reference as (
        select
            {{ make_id(["administration_code", "unit_code"]) }} as organisation_unit_id,
            administration_code,
            unit_code,
            unit_name,
            case
                when parent_unit_code is not null
                then {{ make_id(["administration_code", "parent_unit_code"]) }}
            end as parent_organisation_unit_id,
            valid_from_date,
            valid_to_date,
            true as is_in_reference
        from {{ ref("stg_organisation_unit") }}
    ),

    named as (
        select
            organisation_unit_id,
            administration_code,
            unit_code,
            owner_unit_name,
            row_number() over (
                partition by organisation_unit_id
                order by
                    case when owner_unit_name = '' then 1 else 0 end,
                    row_count desc,
                    owner_unit_name
            ) as name_rank
        from {{ ref("int_organisation_unit__matched") }}
    ),

    combined as (
        select *
        from reference
        union all
        select
            named.organisation_unit_id,
            named.administration_code,
            named.unit_code,
            coalesce(nullif(named.owner_unit_name, ''), named.unit_code) as unit_name,
            cast(null as {{ dbt.type_string() }}) as parent_organisation_unit_id,
            cast(null as date) as valid_from_date,
            cast(null as date) as valid_to_date,
            false as is_in_reference
        from named
        left join
            reference on named.organisation_unit_id = reference.organisation_unit_id
        where named.name_rank = 1 and reference.organisation_unit_id is null
    ),

    ranked as (
        select combined.*, {{ validity_rank("organisation_unit_id") }} as validity_rank
        from combined
    )

select
    organisation_unit_id,
    administration_code,
    unit_code,
    unit_name,
    parent_organisation_unit_id,
    valid_from_date,
    valid_to_date,
    validity_rank = 1 as is_current,
    is_in_reference
from ranked
