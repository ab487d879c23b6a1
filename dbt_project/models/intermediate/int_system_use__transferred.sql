with
    tasks as (
        select
            uses.system_id,
            uses.administration_code,
            coalesce(split.capability_code, '') as capability_code
        from {{ ref("int_system_use__shared_expanded") }} as uses
        left join
            {{ ref("int_system_capability__split") }} as split
            on uses.system_use_id = split.system_use_id
    )

select
    tasks.system_id, {{ agreed_administration("moved", "tasks.administration_code") }}
from tasks
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on tasks.administration_code = moved.administration_code
    and tasks.capability_code = moved.capability_code
group by tasks.system_id, tasks.administration_code
