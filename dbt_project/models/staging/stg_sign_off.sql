with
    source as (select * from {{ source("inputs", "reference_sign_off") }}),

    renamed as (
        select
            administration_code,
            figure_code,
            release_id,
            figure_value,
            decision_code,
            decided_by_role_name,
            decided_date,
            decision_reason
        from source
    )

select *
from renamed
