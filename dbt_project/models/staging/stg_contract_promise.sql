with
    source as (select * from {{ source("inputs", "raw_contract") }}),

    renamed as (
        select
            contract_id as data_contract_id,
            dataset_name,
            administration_code,
            administration_codes,
            team_name,
            contract_title as data_contract_name,
            mode as delivery_mode_code,
            frequency_value as frequency_count,
            frequency_unit as frequency_unit_code,
            latency_days,
            newest_business_date,
            expected_by_date,
            is_late
        from source
    )

select *
from renamed
