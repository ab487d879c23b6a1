with
    source as (select * from {{ source("inputs", "reference_task_transfer") }}),

    renamed as (
        select
            transfer_date,
            from_administration_code,
            to_administration_code,
            capability_code,
            task_name
        from source
    )

select *
from renamed
