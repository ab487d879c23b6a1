with
    source as (select * from {{ source("inputs", "release_input") }}),

    renamed as (
        select input_kind_code, input_key, input_value, previous_input_value from source
    )

select *
from renamed
