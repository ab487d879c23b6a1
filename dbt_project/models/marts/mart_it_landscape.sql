{%- set wanted = wanted_system_fields() -%}
with
    capabilities as (
        select
            links.system_id,
            {{ join_text("links.capability_code", "|", "links.capability_code") }}
            as capability_codes,
            {{ join_text("capability.capability_name", "; ", "links.capability_code") }}
            as capability_names
        from {{ ref("fct_system_capability") }} as links
        inner join
            {{ ref("dim_capability") }} as capability
            on links.capability_code = capability.capability_code
        group by links.system_id
    ),

    ledgers as (
        select
            administration_code,
            {{ dbt.last_day("max(posting_date)", "month") }} as spend_until_date
        from {{ ref("fct_it_spend") }}
        where {{ is_in_month_over("posting_date") }}
        group by administration_code
    ),

    spent as (
        select
            spend.system_id,
            sum(
                case when spend.spend_kind_code = 'run' then spend.spend_amount end
            ) as run_spend_amount,
            sum(
                case when spend.spend_kind_code = 'change' then spend.spend_amount end
            ) as change_spend_amount
        from {{ ref("fct_it_spend") }} as spend
        inner join
            ledgers
            on spend.administration_code = ledgers.administration_code
            and spend.posting_date
            > {{ extend_by_months("ledgers.spend_until_date", -12) }}
            and spend.posting_date <= ledgers.spend_until_date
        where spend.system_id is not null and not spend.is_eliminated
        group by spend.system_id
    )

select
    systems.system_id,
    systems.administration_code,
    administrations.administration_name,
    systems.current_administration_code,
    systems.current_administration_source,
    systems.owner_administration_code,
    systems.is_owner,
    systems.is_shared_use,
    systems.system_key,
    systems.system_name,
    systems.local_name,
    systems.product_id,
    products.product_name,
    systems.supplier_id,
    suppliers.supplier_name,
    systems.business_type_name,
    capabilities.capability_codes,
    capabilities.capability_names,
    systems.contract_id,
    contracts.contract_name,
    contracts.contract_end_date,
    systems.contract_count,
    systems.lifecycle_code,
    systems.is_in_use,
    systems.use_start_date,
    systems.use_end_date,
    systems.support_status_code,
    systems.support_end_date,
    systems.user_count,
    systems.yearly_cost_amount,
    systems.yearly_cost_source,
    case
        when systems.is_owner and systems.is_in_use then figures.sign_off_state_code
    end as sign_off_state_code,
    ledgers.spend_until_date,
    cast(spent.run_spend_amount as decimal(18, 2)) as run_spend_amount,
    cast(spent.change_spend_amount as decimal(18, 2)) as change_spend_amount,
    case
        when systems.is_owner
        then {{ share_pct(filled_count(wanted), wanted | length) }}
    end as record_complete_pct,
    case
        when systems.is_owner then {{ missing_codes(wanted) }}
    end as missing_field_codes,
    systems.owner_unit_code,
    systems.owner_unit_name,
    systems.criticality_code,
    systems.data_sensitivity_code,
    systems.hosting_code,
    systems.delivery_id,
    systems.source_row_number
from {{ ref("dim_system") }} as systems
inner join
    {{ ref("dim_product") }} as products on systems.product_id = products.product_id
inner join
    {{ ref("dim_administration") }} as administrations
    on systems.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("dim_supplier") }} as suppliers
    on systems.supplier_id = suppliers.supplier_id
left join capabilities on systems.system_id = capabilities.system_id
left join
    {{ ref("dim_contract") }} as contracts
    on systems.contract_id = contracts.contract_id
left join ledgers on systems.owner_administration_code = ledgers.administration_code
left join spent on systems.is_owner and systems.system_id = spent.system_id
left join
    {{ ref("dim_figure") }} as figures
    on systems.administration_code = figures.administration_code
    and figures.figure_code = 'yearly_cost'
