with
    source as (select * from {{ source("inputs", "reference_steering_area_rule") }}),

    renamed as (
        select
            rule_order,
            valid_from_year,
            valid_to_year,
            dranst_code as dranst_codes,
            function_prefix as function_prefixes,
            art_prefix as art_prefixes,
            steering_area_code,
            reason
        from source
    )

select *
from renamed
