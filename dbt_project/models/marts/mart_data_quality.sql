{%- set links = [
    (
        "systems",
        "dim_system",
        "is_owner and contract_id is not null",
        "case when is_owner then 1 end",
    ),
    ("contracts", "dim_contract", "covered_system_count > 0", "1"),
    ("assessments", "fct_assessment", "system_id is not null", "1"),
    (
        "postings",
        "fct_it_spend",
        "cost_target_code in ('system', 'contract')",
        "abs(spend_amount)",
    ),
] -%}
with
    promised as (
        select
            codes.split_code as administration_code,
            promises.dataset_name,
            max(case when promises.is_late then 1 else 0 end) = 1 as has_late_delivery,
            min(promises.expected_by_date) as next_expected_date
        from
            {{ ref("dim_data_contract") }} as promises
            {{
                cross_join_codes(
                    "promises.administration_codes", "codes", "split_code"
                )
            }}
        group by codes.split_code, promises.dataset_name
    ),

    relations as (
        select
            administration_code,
            dataset_name,
            count(*) as relation_count,
            sum(case when is_known then 1 else 0 end) as known_relation_count
        from {{ ref("int_relation__resolved") }}
        group by administration_code, dataset_name
    ),

    linked as (
        {%- for dataset, table, condition, weight in links %}
            select
                administration_code,
                '{{ dataset }}' as dataset_name,
                sum(case when {{ condition }} then {{ weight }} else 0 end) as part,
                sum({{ weight }}) as whole
            from {{ ref(table) }}
            group by administration_code {{ "union all" if not loop.last }}
        {%- endfor %}
    )

select
    promised.administration_code,
    administrations.administration_name,
    promised.dataset_name,
    coalesce(delivered.delivery_count, 0) as delivery_count,
    cast(delivered.source_row_count as bigint) as source_row_count,
    cast(delivered.accepted_row_count as bigint) as accepted_row_count,
    {{ share_pct("delivered.accepted_row_count", "delivered.source_row_count") }}
    as valid_pct,
    cast(delivered.wanted_cell_count as bigint) as wanted_cell_count,
    cast(delivered.filled_cell_count as bigint) as filled_cell_count,
    {{ share_pct("delivered.filled_cell_count", "delivered.wanted_cell_count") }}
    as complete_pct,
    relations.relation_count,
    cast(relations.known_relation_count as bigint) as known_relation_count,
    {{ share_pct("relations.known_relation_count", "relations.relation_count") }}
    as consistent_pct,
    {{ share_pct("linked.part", "linked.whole") }} as linked_pct,
    delivered.newest_stated_date,
    delivered.newest_received_date,
    cast(delivered.receipt_delay_days as bigint) as receipt_delay_days,
    promised.next_expected_date,
    promised.has_late_delivery,
    delivered.previous_stated_date,
    delivered.valid_change_pct,
    delivered.complete_change_pct
from promised
inner join
    {{ ref("dim_administration") }} as administrations
    on promised.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("int_dataset_delivery__summarised") }} as delivered
    on promised.administration_code = delivered.administration_code
    and promised.dataset_name = delivered.dataset_name
left join
    relations
    on promised.administration_code = relations.administration_code
    and promised.dataset_name = relations.dataset_name
left join
    linked
    on promised.administration_code = linked.administration_code
    and promised.dataset_name = linked.dataset_name
