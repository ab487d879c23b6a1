with
    source as (select * from {{ source("inputs", "raw_systems") }}),

    accepted as (
        select delivery_id, business_date, is_in_force
        from {{ ref("stg_delivery") }}
        where delivery_status_code = 'accepted'
    ),

    renamed as (
        select
            source.delivery_id,
            source.source_row_number,
            source.administration_code,
            accepted.business_date,
            accepted.is_in_force,
            source.system_key,
            source.system_name,
            source.capability_codes,
            source.lifecycle_code,
            source.use_end_date,
            source.stated_yearly_amount
        from source
        inner join accepted on source.delivery_id = accepted.delivery_id
    )

select *
from renamed
