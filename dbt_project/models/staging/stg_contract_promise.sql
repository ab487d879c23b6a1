with
    source as (select * from {{ source("inputs", "raw_contract") }}),

    renamed as (
        select
            contract_id as data_contract_id,
            dataset_name,
            administration_code,
            contract_title as data_contract_name,
            mode as delivery_mode_code,
            frequency_value,
            frequency_unit,
            latency_days,
            newest_business_date,
            expected_by_date,
            is_late
        from source
    )

select *
from renamed
