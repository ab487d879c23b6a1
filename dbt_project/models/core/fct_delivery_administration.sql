select
    parts.delivery_id,
    parts.administration_code,
    deliveries.is_in_force,
    parts.source_row_count,
    parts.accepted_row_count,
    parts.rejected_row_count,
    {{ share_pct("parts.rejected_row_count", "parts.source_row_count") }}
    as rejected_pct,
    parts.source_amount,
    parts.accepted_amount,
    parts.rejected_amount
from {{ ref("stg_delivery_administration") }} as parts
inner join
    {{ ref("stg_delivery") }} as deliveries
    on parts.delivery_id = deliveries.delivery_id
