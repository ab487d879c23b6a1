with
    source as (select * from {{ source("inputs", "raw_rejection") }}),

    renamed as (
        select
            delivery_id,
            contract_id as data_contract_id,
            administration_code,
            source_row_number,
            source_column,
            rule_code,
            reason as rejection_reason
        from source
    )

select *
from renamed
