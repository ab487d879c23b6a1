with
    source as (select * from {{ source("inputs", "previous_candidate") }}),

    renamed as (
        select
            candidate_id,
            candidate_name,
            administration_codes,
            system_count,
            yearly_cost_amount
        from source
    )

select *
from renamed
