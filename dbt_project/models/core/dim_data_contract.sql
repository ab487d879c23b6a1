select
    data_contract_id,
    data_contract_name,
    dataset_name,
    administration_code,
    administration_codes,
    team_name,
    delivery_mode_code,
    frequency_count,
    frequency_unit_code,
    latency_days,
    newest_business_date,
    expected_by_date,
    is_late
from {{ ref("stg_contract_promise") }}
