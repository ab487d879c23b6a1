select
    {{ make_id(["contract_id", "valid_from_date"]) }} as contract_validity_id,
    contract_id,
    administration_code,
    contract_key,
    contract_name,
    supplier_name as source_supplier_name,
    start_date as contract_start_date,
    end_date as contract_end_date,
    terminated_date,
    yearly_amount,
    owner_unit_name,
    valid_from_date,
    valid_to_date,
    is_current,
    delivery_id,
    source_row_number
from {{ ref("int_contract__listed") }}
