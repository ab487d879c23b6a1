with
    source as (
        select * from {{ source("inputs", "reference_rationalisation_weight") }}
    ),

    renamed as (
        select
            axis_code,
            dimension_code,
            weight_value,
            valid_from_date,
            valid_to_date,
            reason as weight_reason
        from source
    )

select *
from renamed
