-- The first driver that leads to a target decides; the target's systems share the line.
with
    lines as (
        select
            postings.*,
            rules.confidence_pct,
            rules.spend_kind_code,
            rules.cost_pool_code,
            rules.is_internal,
            rules.is_contract_cost
        from {{ ref("fct_posting") }} as postings
        inner join
            {{ ref("int_spend_rule__numbered") }} as rules
            on postings.spend_rule_code = rules.spend_rule_code
        where postings.is_it
    ),

    cost_references as (select * from {{ ref("int_cost_reference__listed") }}),

    texts as (
        select
            administration_code,
            posting_text,
            {{ after_first_word("posting_text") }} as without_one_word
        from lines
        where posting_text is not null
        group by administration_code, posting_text
    ),

    mentions as (
        select
            administration_code, posting_text, {{ name_key("posting_text") }} as mention
        from texts
        union all
        select
            administration_code,
            posting_text,
            {{ name_key("without_one_word") }} as mention
        from texts
        union all
        select
            administration_code,
            posting_text,
            {{ name_key(after_first_word("without_one_word")) }} as mention
        from texts
    ),

    named as (
        select
            mentions.administration_code,
            mentions.posting_text,
            min(
                case
                    when cost_references.reference_kind_code = 'system_name'
                    then cost_references.target_id
                end
            ) as system_target_id,
            min(
                case
                    when cost_references.reference_kind_code = 'contract_name'
                    then cost_references.target_id
                end
            ) as contract_target_id
        from mentions
        inner join
            cost_references
            on mentions.administration_code = cost_references.administration_code
            and mentions.mention = cost_references.reference_value
        where cost_references.reference_kind_code in ('system_name', 'contract_name')
        group by mentions.administration_code, mentions.posting_text
    ),

    driven as (
        select
            lines.*,
            case
                when lines.system_id is not null
                then 'system_reference'
                when named.system_target_id is not null
                then 'system_name'
                when projects.target_id is not null
                then 'project'
                when lines.contract_id is not null
                then 'contract_reference'
                when named.contract_target_id is not null
                then 'contract_name'
                when suppliers.target_id is not null
                then 'single_contract'
                when lines.supplier_id is not null
                then 'supplier'
                else 'none'
            end as driver_code,
            coalesce(
                lines.system_id,
                named.system_target_id,
                projects.target_id,
                lines.contract_id,
                named.contract_target_id,
                suppliers.target_id
            ) as target_id
        from lines
        left join
            named
            on lines.administration_code = named.administration_code
            and lines.posting_text = named.posting_text
        left join
            cost_references as projects
            on lines.administration_code = projects.administration_code
            and lines.project_code = projects.reference_value
            and projects.reference_kind_code = 'project'
        left join
            cost_references as suppliers
            on lines.administration_code = suppliers.administration_code
            and lines.supplier_id = suppliers.reference_value
            and suppliers.reference_kind_code = 'supplier'
            and lines.is_contract_cost
            and lines.posting_date >= coalesce(suppliers.first_date, lines.posting_date)
    ),

    targeted as (
        select
            driven.*,
            targets.contract_id as target_contract_id,
            targets.system_id as target_system_id,
            coalesce(targets.part_number, 1) as part_number,
            coalesce(targets.part_count, 1) as part_count,
            coalesce(targets.split_code, 'whole') as split_code,
            coalesce(targets.split_weight, 1) as split_weight,
            coalesce(targets.split_weight_total, 1) as split_weight_total
        from driven
        left join
            {{ ref("int_cost_target__weighted") }} as targets
            on driven.target_id = targets.target_id
    ),

    floored as (
        select
            delivery_id,
            source_row_number,
            coalesce(source_column, '') as source_cell,
            part_number,
            posting_amount,
            {{ weighted_cents("posting_amount", "split_weight", "split_weight_total") }}
            as part_cents,
            abs(
                {{
                    weighted_remainder(
                        "posting_amount", "split_weight", "split_weight_total"
                    )
                }}
            ) as remainder
        from targeted
        where part_count > 1
    ),

    ranked as (
        select
            delivery_id,
            source_row_number,
            source_cell,
            part_number,
            part_cents,
            cast(posting_amount * 100 as bigint) - cast(
                sum(part_cents) over (
                    partition by delivery_id, source_row_number, source_cell
                ) as bigint
            ) as rest_cents,
            row_number() over (
                partition by delivery_id, source_row_number, source_cell
                order by remainder desc, part_number
            ) as remainder_rank
        from floored
    ),

    divided as (
        select
            delivery_id,
            source_row_number,
            source_cell,
            part_number,
            {{
                from_cents(
                    "(part_cents + case when remainder_rank <= abs(rest_cents)"
                    ~ " then cast(sign(rest_cents) as bigint) else 0 end)"
                )
            }} as part_amount
        from ranked
    ),

    target_index as (
        select index_value
        from {{ ref("stg_price_index") }}
        where price_year = {{ report_price_year() }}
    ),

    indexes as (
        select
            years.price_year,
            years.index_value,
            target_index.index_value as target_index_value
        from {{ ref("stg_price_index") }} as years
        cross join target_index
    )

select
    targeted.delivery_id,
    targeted.source_row_number,
    targeted.source_column,
    targeted.part_number as split_part_number,
    targeted.part_count as split_part_count,
    targeted.administration_code,
    targeted.posting_date,
    targeted.fiscal_year,
    targeted.fiscal_period,
    targeted.function_code,
    targeted.dranst_code,
    targeted.art_code,
    targeted.account_code,
    targeted.project_code,
    targeted.supplier_id,
    targeted.spend_rule_code,
    targeted.confidence_pct,
    targeted.spend_kind_code,
    steering.steering_area_code,
    targeted.cost_pool_code,
    targeted.vat_code,
    targeted.is_internal,
    targeted.partner_administration_code,
    internal.elimination_pair_id,
    internal.elimination_pair_id is not null as is_eliminated,
    targeted.driver_code,
    targeted.split_code,
    targeted.split_weight,
    targeted.split_weight_total,
    case
        when targeted.target_system_id is not null
        then 'system'
        when targeted.target_contract_id is not null
        then 'contract'
        when targeted.supplier_id is not null
        then 'supplier'
        else 'unassigned'
    end as cost_target_code,
    targeted.target_system_id as system_id,
    targeted.target_contract_id as contract_id,
    coalesce(divided.part_amount, targeted.posting_amount) as spend_amount,
    {{
        in_prices_of(
            "coalesce(divided.part_amount, targeted.posting_amount)",
            "indexes.index_value",
            "indexes.target_index_value",
        )
    }} as spend_real_amount
from targeted
left join
    divided
    on targeted.delivery_id = divided.delivery_id
    and targeted.source_row_number = divided.source_row_number
    and coalesce(targeted.source_column, '') = divided.source_cell
    and targeted.part_number = divided.part_number
left join
    {{ ref("int_steering_area__matched") }} as steering
    on targeted.fiscal_year = steering.fiscal_year
    and targeted.function_code is not distinct from steering.function_code
    and targeted.dranst_code is not distinct from steering.dranst_code
    and targeted.art_code is not distinct from steering.art_code
left join
    {{ ref("fct_internal_posting") }} as internal
    on targeted.delivery_id = internal.delivery_id
    and targeted.source_row_number = internal.source_row_number
    and targeted.source_column is not distinct from internal.source_column
left join indexes on targeted.fiscal_year = indexes.price_year
