with
    source as (select * from {{ source("inputs", "reference_committee") }}),

    renamed as (
        select administration_code, committee_name, valid_from_date, valid_to_date
        from source
    )

select *
from renamed
