{{ config(materialized="table") }}

with days as (select distinct posting_date from {{ ref("stg_postings") }})

select
    days.posting_date,
    {{
        rule_mask(
            "coalesce(days.posting_date >= rules.valid_from_date, true)"
            ~ " and coalesce(days.posting_date <= rules.valid_to_date, true)",
            "rules.rule_number",
        )
    }} as rule_mask
from days
cross join {{ ref("int_spend_rule__numbered") }} as rules
group by days.posting_date
