with
    ranked as (
        select
            {{ make_id(["administration_code", "system_key"]) }} as system_use_id,
            delivery_id,
            source_row_number,
            administration_code,
            business_date,
            system_key,
            catalogue_key,
            system_name,
            local_name,
            former_name,
            system_version,
            supplier_name,
            supplier_registration_code,
            capability_codes,
            business_type_name,
            lifecycle_code,
            use_start_date,
            use_end_date,
            owner_unit_code,
            owner_unit_name,
            sharing_administration_codes,
            user_count,
            criticality_code,
            data_sensitivity_code,
            hosting_code,
            stated_yearly_amount,
            system_description,
            row_number() over (
                partition by administration_code, system_key
                order by business_date desc, delivery_id desc, source_row_number
            ) as row_rank
        from {{ ref("stg_systems") }}
    )

select
    system_use_id,
    delivery_id,
    source_row_number,
    administration_code,
    business_date,
    system_key,
    catalogue_key,
    system_name,
    local_name,
    former_name,
    system_version,
    supplier_name,
    supplier_registration_code,
    capability_codes,
    business_type_name,
    lifecycle_code,
    use_start_date,
    use_end_date,
    owner_unit_code,
    owner_unit_name,
    sharing_administration_codes,
    user_count,
    criticality_code,
    data_sensitivity_code,
    hosting_code,
    stated_yearly_amount,
    system_description
from ranked
where row_rank = 1
