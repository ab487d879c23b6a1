select
    delivery_id,
    administration_code,
    source_row_count,
    accepted_row_count,
    rejected_row_count,
    {{ share_pct("rejected_row_count", "source_row_count") }} as rejected_pct,
    source_amount,
    accepted_amount,
    rejected_amount
from {{ ref("stg_delivery_administration") }}
