-- A unit is known by its code within the administration; a name without one is the
-- coded unit of that name, where there is just one, else a unit by its name.
with
    mentions as (
        select
            administration_code,
            coalesce(owner_unit_code, '') as unit_code,
            coalesce(owner_unit_name, '') as unit_name,
            1 as row_count
        from {{ ref("int_system_use__deduplicated") }}
        union all
        select
            administration_code,
            '' as unit_code,
            coalesce(owner_unit_name, '') as unit_name,
            1 as row_count
        from {{ ref("int_contract__deduplicated") }}
        union all
        select administration_code, unit_code, unit_name, 0 as row_count
        from {{ ref("stg_organisation_unit") }}
    ),

    coded as (
        select
            administration_code,
            lower(trim(unit_name)) as plain_name,
            min(unit_code) as unit_code
        from mentions
        where unit_code <> '' and unit_name <> ''
        group by administration_code, lower(trim(unit_name))
        having count(distinct unit_code) = 1
    ),

    known as (
        select
            mentions.administration_code,
            mentions.unit_code as owner_unit_code,
            mentions.unit_name as owner_unit_name,
            coalesce(nullif(mentions.unit_code, ''), coded.unit_code) as unit_code,
            sum(mentions.row_count) as row_count
        from mentions
        left join
            coded
            on mentions.administration_code = coded.administration_code
            and lower(trim(mentions.unit_name)) = coded.plain_name
        where mentions.unit_code <> '' or trim(mentions.unit_name) <> ''
        group by
            mentions.administration_code,
            mentions.unit_code,
            mentions.unit_name,
            coalesce(nullif(mentions.unit_code, ''), coded.unit_code)
    )

select
    administration_code,
    owner_unit_code,
    owner_unit_name,
    unit_code,
    {{
        make_id(
            [
                "administration_code",
                "coalesce(unit_code, lower(trim(owner_unit_name)))",
            ]
        )
    }} as organisation_unit_id,
    row_count
from known
