with
    systems as (
        select system_id, administration_code, system_key
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    )

select
    listings.delivery_id,
    listings.source_row_number,
    listings.business_date as listing_date,
    listings.is_in_force,
    listings.administration_code,
    moved.current_administration_code,
    moved.current_administration_source,
    listings.system_key,
    systems.system_id,
    listings.system_name,
    listings.capability_codes,
    listings.lifecycle_code,
    listings.use_end_date,
    listings.stated_yearly_amount,
    row_number() over (
        partition by listings.administration_code, listings.system_key
        order by
            listings.business_date desc,
            listings.delivery_id desc,
            listings.source_row_number
    )
    = 1 as is_newest_listing
from {{ ref("stg_system_history") }} as listings
inner join
    {{ ref("int_system_listing__transferred") }} as moved
    on listings.delivery_id = moved.delivery_id
    and listings.source_row_number = moved.source_row_number
left join
    systems
    on listings.administration_code = systems.administration_code
    and listings.system_key = systems.system_key
