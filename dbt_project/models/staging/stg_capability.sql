with
    source as (select * from {{ source("inputs", "reference_capability") }}),

    renamed as (
        select capability_code, capability_name, parent_capability_code from source
    )

select *
from renamed
