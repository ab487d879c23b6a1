{%- set most_rows = 20 %}
-- Enough to see what the fault is; fault_row_count says how many there are.
select
    administration_code,
    dataset_name,
    field_name,
    fault_code,
    fault_rank,
    fault_row_count,
    is_in_every_row,
    delivery_id,
    source_row_number,
    source_column
from {{ ref("int_row_fault__ranked") }}
where fault_rank <= {{ most_rows }}
