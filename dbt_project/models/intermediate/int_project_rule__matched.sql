{{ config(materialized="table") }}

with
    projects as (
        select distinct coalesce(project_code, '') as project_code
        from {{ ref("stg_postings") }}
    )

select
    projects.project_code,
    {{
        rule_mask(
            begins_with_any("projects.project_code", "rules.project_prefixes"),
            "rules.rule_number",
        )
    }} as rule_mask
from projects
cross join {{ ref("int_spend_rule__numbered") }} as rules
group by projects.project_code
