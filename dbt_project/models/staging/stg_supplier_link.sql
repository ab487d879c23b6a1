with
    source as (select * from {{ source("inputs", "link_supplier") }}),

    renamed as (
        select
            source_supplier_name,
            source_registration_code as source_supplier_registration_code,
            source_register_class_code as source_supplier_register_class_code,
            supplier_id,
            supplier_name,
            supplier_registration_code,
            link_method as link_method_code,
            link_probability,
            link_reason
        from source
    )

select *
from renamed
