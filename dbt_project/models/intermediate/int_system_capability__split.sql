with
    split as (
        select distinct uses.system_use_id, trim(codes.split_code) as capability_code
        from
            {{ ref("int_system_use__deduplicated") }} as uses
            {{ cross_join_codes("uses.capability_codes", "codes", "split_code") }}
    )

select system_use_id, capability_code
from split
where capability_code <> ''
