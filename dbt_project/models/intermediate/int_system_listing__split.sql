with
    listings as (
        select
            delivery_id,
            source_row_number,
            administration_code,
            nullif(trim(capability_codes), '') as capability_codes
        from {{ ref("stg_system_history") }}
    ),

    split as (
        select
            listings.delivery_id,
            listings.source_row_number,
            trim(codes.split_code) as capability_code
        from
            listings
            {{ cross_join_codes("listings.capability_codes", "codes", "split_code") }}
    )

select distinct
    listings.delivery_id,
    listings.source_row_number,
    listings.administration_code,
    coalesce(split.capability_code, '') as capability_code
from listings
left join
    split
    on listings.delivery_id = split.delivery_id
    and listings.source_row_number = split.source_row_number
    and split.capability_code <> ''
