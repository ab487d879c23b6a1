with
    source as (select * from {{ source("inputs", "reference_organisation_unit") }}),

    renamed as (
        select
            administration_code,
            unit_code,
            unit_name,
            parent_unit_code,
            valid_from_date,
            valid_to_date
        from source
    )

select *
from renamed
