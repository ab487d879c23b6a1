-- One row per line and system that shares it; a line without a target is one row.
select
    postings.delivery_id,
    postings.source_row_number,
    postings.source_column,
    coalesce(targets.part_number, 1) as split_part_number,
    coalesce(targets.part_count, 1) as split_part_count,
    postings.administration_code,
    postings.posting_date,
    postings.fiscal_year,
    postings.fiscal_period,
    postings.function_code,
    postings.dranst_code,
    postings.art_code,
    postings.account_code,
    postings.project_code,
    postings.supplier_id,
    postings.spend_rule_code,
    postings.confidence_pct,
    postings.spend_kind_code,
    steering.steering_area_code,
    postings.cost_pool_code,
    postings.vat_code,
    postings.is_internal,
    postings.partner_administration_code,
    internal.elimination_pair_id,
    internal.elimination_pair_id is not null as is_eliminated,
    postings.driver_code,
    coalesce(targets.split_code, 'whole') as split_code,
    coalesce(targets.split_weight, 1) as split_weight,
    coalesce(targets.split_weight_total, 1) as split_weight_total,
    case
        when targets.system_id is not null
        then 'system'
        when targets.contract_id is not null
        then 'contract'
        when postings.supplier_id is not null
        then 'supplier'
        else 'unassigned'
    end as cost_target_code,
    targets.system_id,
    targets.contract_id,
    coalesce(divided.part_amount, postings.posting_amount) as spend_amount,
    {{
        in_prices_of(
            "coalesce(divided.part_amount, postings.posting_amount)",
            "indexes.index_value",
            "indexes.target_index_value",
        )
    }} as spend_real_amount
from {{ ref("int_it_posting__driven") }} as postings
left join
    {{ ref("int_cost_target__weighted") }} as targets
    on postings.target_id = targets.target_id
left join
    {{ ref("int_it_posting__divided") }} as divided
    on postings.delivery_id = divided.delivery_id
    and postings.source_row_number = divided.source_row_number
    and coalesce(postings.source_column, '') = divided.source_cell
    and targets.part_number = divided.part_number
left join
    {{ ref("int_steering_area__matched") }} as steering
    on postings.fiscal_year = steering.fiscal_year
    and postings.function_code is not distinct from steering.function_code
    and postings.dranst_code is not distinct from steering.dranst_code
    and postings.art_code is not distinct from steering.art_code
left join
    {{ ref("fct_internal_posting") }} as internal
    on postings.delivery_id = internal.delivery_id
    and postings.source_row_number = internal.source_row_number
    and postings.source_column is not distinct from internal.source_column
left join
    {{ ref("int_price_index__targeted") }} as indexes
    on postings.fiscal_year = indexes.price_year
