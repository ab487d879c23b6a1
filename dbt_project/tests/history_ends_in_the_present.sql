-- What is current in the histories is what dim_system and dim_contract hold, and
-- nothing else.
select coalesce(history.thing_id, present.thing_id) as thing_id
from
    (
        select system_id as thing_id
        from {{ ref("dim_system_history") }}
        where is_current
        union all
        select contract_id as thing_id
        from {{ ref("dim_contract_history") }}
        where is_current
    ) as history
full outer join
    (
        select system_id as thing_id
        from {{ ref("dim_system") }}
        where is_owner
        union all
        select contract_id as thing_id
        from {{ ref("dim_contract") }}
    ) as present
    on history.thing_id = present.thing_id
where history.thing_id is null or present.thing_id is null
