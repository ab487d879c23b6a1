-- A row may break two rules of the contract in one column: it counts once, and its
-- alphabetically first reason speaks.
with
    faulty_rows as (
        select
            delivery_id,
            administration_code,
            rule_code,
            source_column,
            source_row_number,
            min(rejection_reason) as rejection_reason
        from {{ ref("stg_rejection") }}
        group by
            delivery_id,
            administration_code,
            rule_code,
            source_column,
            source_row_number
    ),

    ranked as (
        select
            faulty_rows.*,
            row_number() over (
                partition by delivery_id, administration_code, rule_code, source_column
                order by source_row_number
            ) as row_rank
        from faulty_rows
    )

select
    delivery_id,
    administration_code,
    rule_code,
    source_column,
    count(*) as faulty_row_count,
    min(source_row_number) as source_row_number,
    {{
        join_text(
            "case when row_rank <= 5 then cast(source_row_number as "
            ~ dbt.type_string()
            ~ ") end",
            "|",
            "source_row_number",
        )
    }} as example_row_numbers,
    min(case when row_rank = 1 then rejection_reason end) as example_reason
from ranked
group by delivery_id, administration_code, rule_code, source_column
