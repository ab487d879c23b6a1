with
    source as (select * from {{ source("inputs", "raw_contracts") }}),

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
            source.contract_key,
            source.contract_name,
            source.parent_contract_key,
            source.supplier_name,
            source.supplier_registration_code,
            source.supplier_register_class_code,
            source.contract_type_code,
            source.procurement_method_name,
            source.start_date,
            source.end_date,
            source.irrevocable_until_date,
            source.notice_months,
            source.option_count,
            source.option_used_count,
            source.option_months,
            source.terminated_date,
            source.acquisition_amount,
            source.yearly_amount,
            source.system_keys,
            source.owner_unit_name
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
