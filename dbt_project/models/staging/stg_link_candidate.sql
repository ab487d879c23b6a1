with
    source as (select * from {{ source("inputs", "link_candidate") }}),

    renamed as (
        select
            link_kind,
            left_key,
            right_key,
            left_id,
            right_id,
            left_name,
            right_name,
            is_linked,
            link_probability,
            link_reason
        from source
    )

select *
from renamed
