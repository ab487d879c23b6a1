with
    source as (select * from {{ source("inputs", "raw_delivery_administration") }}),

    renamed as (
        select
            delivery_id,
            administration_code,
            source_rows as source_row_count,
            accepted_rows as accepted_row_count,
            rejected_rows as rejected_row_count,
            source_amount,
            accepted_amount,
            rejected_amount
        from source
    )

select *
from renamed
