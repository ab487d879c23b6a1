select
    administration_code,
    figure_code,
    release_id,
    figure_value,
    decision_code,
    decided_by_role_name,
    decided_date,
    decision_reason,
    -- release ids begin with the time they were made
    row_number() over (
        partition by administration_code, figure_code
        order by decided_date desc, release_id desc
    )
    = 1 as is_newest_decision
from {{ ref("stg_sign_off") }}
