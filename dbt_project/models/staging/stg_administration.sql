with
    source as (select * from {{ source("inputs", "reference_administration") }}),

    renamed as (
        select
            administration_code,
            administration_name,
            administration_name_en,
            valid_from_date,
            valid_to_date,
            is_invented
        from source
    )

select *
from renamed
