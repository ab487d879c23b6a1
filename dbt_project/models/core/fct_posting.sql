with
    systems as (
        select system_id, administration_code, system_key
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    ),

    contracts as (
        select contract_id, administration_code, contract_key
        from {{ ref("int_contract__deduplicated") }}
    )

select
    postings.delivery_id,
    postings.source_row_number,
    postings.source_column,
    postings.administration_code,
    postings.posting_key,
    postings.voucher_key,
    postings.posting_date,
    cast(
        coalesce(
            postings.fiscal_year, extract(year from postings.posting_date)
        ) as {{ dbt.type_int() }}
    ) as fiscal_year,
    postings.fiscal_period,
    postings.cost_centre_code,
    postings.cost_centre_name,
    postings.function_code,
    postings.dranst_code,
    postings.art_code,
    postings.account_code,
    postings.account_name,
    postings.project_code,
    postings.supplier_key,
    suppliers.supplier_id,
    postings.supplier_name as source_supplier_name,
    postings.supplier_registration_code as source_supplier_registration_code,
    postings.contract_key,
    contracts.contract_id,
    postings.system_key,
    systems.system_id,
    postings.partner_administration_code,
    postings.posting_text,
    postings.vat_code,
    postings.posting_amount
from {{ ref("int_posting__deduplicated") }} as postings
left join
    {{ ref("stg_supplier_link") }} as suppliers
    on coalesce(postings.supplier_name, '') = suppliers.source_supplier_name
    and coalesce(postings.supplier_registration_code, '')
    = suppliers.source_supplier_registration_code
left join
    contracts
    on postings.administration_code = contracts.administration_code
    and postings.contract_key = contracts.contract_key
left join
    systems
    on postings.administration_code = systems.administration_code
    and postings.system_key = systems.system_key
where not postings.is_repeated
