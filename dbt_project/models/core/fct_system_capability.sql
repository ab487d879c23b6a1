select
    expanded.system_id,
    split.capability_code,
    expanded.administration_code,
    moved.current_administration_code,
    moved.current_administration_source,
    expanded.is_owner,
    uses.delivery_id,
    uses.source_row_number
from {{ ref("int_system_capability__split") }} as split
inner join
    {{ ref("int_system_use__shared_expanded") }} as expanded
    on split.system_use_id = expanded.system_use_id
inner join
    {{ ref("int_system_use__deduplicated") }} as uses
    on split.system_use_id = uses.system_use_id
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on expanded.administration_code = moved.administration_code
    and split.capability_code = moved.capability_code
