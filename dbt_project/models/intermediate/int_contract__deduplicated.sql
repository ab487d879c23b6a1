with
    ranked as (
        select
            {{ make_id(["administration_code", "contract_key"]) }} as contract_id,
            delivery_id,
            source_row_number,
            administration_code,
            business_date,
            contract_key,
            contract_name,
            parent_contract_key,
            supplier_name,
            supplier_registration_code,
            contract_type_code,
            procurement_method_name,
            start_date,
            end_date,
            irrevocable_until_date,
            notice_months,
            option_count,
            option_used_count,
            option_months,
            terminated_date,
            acquisition_amount,
            yearly_amount,
            system_keys,
            owner_unit_name,
            row_number() over (
                partition by administration_code, contract_key
                order by business_date desc, delivery_id desc, source_row_number
            ) as row_rank
        from {{ ref("stg_contracts") }}
    )

select
    contract_id,
    delivery_id,
    source_row_number,
    administration_code,
    business_date,
    contract_key,
    contract_name,
    parent_contract_key,
    supplier_name,
    supplier_registration_code,
    contract_type_code,
    procurement_method_name,
    start_date,
    end_date,
    irrevocable_until_date,
    notice_months,
    option_count,
    option_used_count,
    option_months,
    terminated_date,
    acquisition_amount,
    yearly_amount,
    system_keys,
    owner_unit_name
from ranked
where row_rank = 1
