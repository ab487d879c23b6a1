select
    {{ make_id(["system_use_id", "valid_from_date"]) }} as system_validity_id,
    {{ make_id(["administration_code", "system_key", "administration_code"]) }}
    as system_id,
    administration_code,
    system_key,
    system_name,
    supplier_name as source_supplier_name,
    lifecycle_code,
    use_end_date,
    owner_unit_name,
    stated_yearly_amount,
    valid_from_date,
    valid_to_date,
    is_current,
    delivery_id,
    source_row_number
from {{ ref("int_system_use__dated") }}
