with
    source as (select * from {{ source("inputs", "reference_product_support") }}),

    renamed as (
        select
            product_name,
            catalogue_key,
            supplier_name,
            version_prefix,
            release_date,
            support_end_date,
            extended_support_end_date,
            source.source as date_source
        from source
    )

select *
from renamed
