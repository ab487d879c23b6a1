select
    {{ make_id(["administration_code", "capability_code", "valid_from_date"]) }}
    as responsibility_id,
    administration_code,
    nullif(capability_code, '') as capability_code,
    responsible_administration_code,
    valid_from_date,
    valid_to_date,
    is_current
from {{ ref("int_task_transfer__chained") }}
