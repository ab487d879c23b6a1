-- Names differ within a source over time; the one on most rows speaks, the
-- alphabetically first among equals.
with
    mentions as (
        {% for dataset in [
            "systems",
            "contracts",
            "assessments",
            "postings",
            "budgets",
            "investments",
        ] %}
            select administration_code, administration_name, count(*) as row_count
            from {{ ref("stg_" ~ dataset) }}
            group by administration_code, administration_name
            union all
        {% endfor %}
        select
            administration_code,
            cast(null as {{ dbt.type_string() }}) as administration_name,
            count(*) as row_count
        from {{ ref("int_system_use__shared_expanded") }}
        group by administration_code
        {% for deliveries in [
                "stg_delivery_administration",
                "stg_contract_promise",
            ] %}
            union all
            select
                administration_code,
                cast(null as {{ dbt.type_string() }}) as administration_name,
                count(*) as row_count
            from {{ ref(deliveries) }}
            where administration_code is not null
            group by administration_code
        {% endfor %}
    ),

    counted as (
        select administration_code, administration_name, sum(row_count) as row_count
        from mentions
        group by administration_code, administration_name
    ),

    ranked as (
        select
            administration_code,
            administration_name,
            row_number() over (
                partition by administration_code
                order by
                    case when administration_name is null then 1 else 0 end,
                    row_count desc,
                    administration_name
            ) as name_rank
        from counted
    )

select administration_code, administration_name as delivered_administration_name
from ranked
where name_rank = 1
