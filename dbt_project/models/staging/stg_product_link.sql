with
    source as (select * from {{ source("inputs", "link_product") }}),

    renamed as (
        select
            administration_code,
            system_key,
            use_product_id,
            product_id,
            product_name,
            link_method as link_method_code,
            link_probability,
            link_reason
        from source
    )

select *
from renamed
