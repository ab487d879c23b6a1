-- Whose a system of an earlier inventory is now: the same rule as for uses in force.
select
    tasks.delivery_id,
    tasks.source_row_number,
    {{ agreed_administration("moved", "tasks.administration_code") }}
from {{ ref("int_system_listing__split") }} as tasks
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on tasks.administration_code = moved.administration_code
    and tasks.capability_code = moved.capability_code
group by tasks.delivery_id, tasks.source_row_number, tasks.administration_code
