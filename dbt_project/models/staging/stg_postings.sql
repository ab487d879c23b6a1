with
    source as (select * from {{ source("inputs", "raw_postings") }}),

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
            source.contract_id as data_contract_id,
            source.administration_code,
            source.administration_name,
            in_force.business_date,
            source.posting_key,
            source.voucher_key,
            source.posting_date,
            source.fiscal_year,
            source.fiscal_period,
            source.cost_centre_code,
            source.cost_centre_name,
            source.function_code,
            source.dranst_code,
            source.art_code,
            source.account_code,
            source.account_name,
            source.project_code,
            source.supplier_key,
            source.supplier_name,
            source.supplier_registration_code,
            source.supplier_register_class_code,
            source.contract_key,
            source.system_key,
            source.partner_administration_code,
            source.posting_text,
            source.vat_code,
            source.posting_amount
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
