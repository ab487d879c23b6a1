-- Administrations code at different depths: who covers 27.03.04 covers 27.03 too,
-- where some use is tied to 27.03 itself.
with
    split as (
        select system_use_id, capability_code
        from {{ ref("int_system_capability__split") }}
    ),

    codes as (select distinct capability_code from split)

select distinct split.system_use_id, codes.capability_code
from split
inner join codes on {{ is_within("split.capability_code", "codes.capability_code") }}
