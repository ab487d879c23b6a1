with
    source as (select * from {{ source("inputs", "raw_systems") }}),

    in_force as (
        select delivery_id, business_date
        from {{ ref("stg_delivery") }}
        where is_in_force
    ),

    renamed as (
        select
            source.delivery_id,
            source.source_row_number,
            source.source_column,
            source.administration_code,
            source.administration_name,
            in_force.business_date,
            source.system_key,
            source.catalogue_key,
            source.system_name,
            source.local_name,
            source.former_name,
            source.system_version,
            source.supplier_name,
            source.supplier_registration_code,
            source.supplier_register_class_code,
            source.capability_codes,
            source.business_type_name,
            source.lifecycle_code,
            source.use_start_date,
            source.use_end_date,
            source.owner_unit_code,
            source.owner_unit_name,
            source.sharing_administration_codes,
            source.user_count,
            source.criticality_code,
            source.data_sensitivity_code,
            source.hosting_code,
            source.stated_yearly_amount,
            source.system_description
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
