with
    source as (select * from {{ source("inputs", "raw_delivery") }}),

    renamed as (
        select
            delivery_id,
            contract_id as data_contract_id,
            dataset_name,
            administration_code,
            file_name,
            file_start_rows,
            content_sha256,
            business_date,
            received_at,
            mode as delivery_mode_code,
            status as delivery_status_code,
            is_in_force,
            is_replacement_due,
            source_rows as source_row_count,
            accepted_rows as accepted_row_count,
            rejected_rows as rejected_row_count,
            total_rows as total_row_count,
            blank_rows as blank_row_count,
            output_rows as output_row_count,
            source_amount,
            accepted_amount,
            rejected_amount,
            rejected_unknown_amount_rows as rejected_unknown_amount_row_count,
            refusal_reason,
            warning_count
        from source
    )

select *
from renamed
