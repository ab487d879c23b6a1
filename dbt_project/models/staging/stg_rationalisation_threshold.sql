with
    source as (
        select * from {{ source("inputs", "reference_rationalisation_threshold") }}
    ),

    renamed as (
        select
            axis_code,
            high_from_value,
            required_weight_pct,
            valid_from_date,
            valid_to_date,
            reason as threshold_reason
        from source
    )

select *
from renamed
