with
    ranked as (
        select
            administration_code,
            committee_name,
            {{ validity_rank("administration_code") }} as validity_rank
        from {{ ref("stg_committee") }}
    )

select administration_code, committee_name
from ranked
where validity_rank = 1
