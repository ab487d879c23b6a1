with
    uses as (
        select
            system_use_id,
            administration_code as owner_administration_code,
            system_key,
            sharing_administration_codes
        from {{ ref("int_system_use__deduplicated") }}
    ),

    sharers as (
        select distinct
            uses.system_use_id,
            uses.owner_administration_code,
            uses.system_key,
            trim(shared.sharing_code) as administration_code
        from
            uses
            {{
                cross_join_codes(
                    "uses.sharing_administration_codes", "shared", "sharing_code"
                )
            }}
    ),

    expanded as (
        select
            system_use_id,
            owner_administration_code,
            system_key,
            owner_administration_code as administration_code,
            true as is_owner
        from uses
        union all
        select
            system_use_id,
            owner_administration_code,
            system_key,
            administration_code,
            false as is_owner
        from sharers
        where
            administration_code <> ''
            and administration_code <> owner_administration_code
    )

select
    {{ make_id(["owner_administration_code", "system_key", "administration_code"]) }}
    as system_id,
    system_use_id,
    owner_administration_code,
    system_key,
    administration_code,
    is_owner,
    count(*) over (partition by system_use_id) > 1 as is_shared_use
from expanded
