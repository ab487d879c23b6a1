{{ config(materialized="table") }}
-- Groups about the same systems are one candidate: a product with the tasks that joined
-- it. Of other tasks with just the same systems, such as 27.03 and 27.03.04, the most
-- detailed one names the candidate.
with
    members as (select * from {{ ref("int_shared_solution__grouped") }}),

    joined as (select * from {{ ref("int_shared_task__joined") }}),

    alone as (
        select
            members.group_key as capability_code,
            {{ join_text("members.system_use_id", "|", "members.system_use_id") }}
            as member_ids
        from members
        left join joined on members.group_key = joined.capability_code
        where members.group_kind = 'capability' and joined.capability_code is null
        group by members.group_key
    ),

    detailed as (
        select
            capability_code,
            row_number() over (
                partition by member_ids
                order by length(capability_code) desc, capability_code
            ) as detail_rank
        from alone
    ),

    merged as (
        select distinct
            'product' as group_kind,
            group_key,
            group_key as product_id,
            cast(null as {{ dbt.type_string() }}) as capability_code
        from members
        where group_kind = 'product'
        union all
        select
            'capability' as group_kind,
            capability_code as group_key,
            product_id,
            case when task_rank = 1 then capability_code end as capability_code
        from joined
        union all
        select
            'capability' as group_kind,
            capability_code as group_key,
            cast(null as {{ dbt.type_string() }}) as product_id,
            capability_code
        from detailed
        where detail_rank = 1
    ),

    candidates as (
        select
            merged.*,
            case
                when product_id is null
                then {{ make_id(["'capability'", "capability_code"]) }}
                else {{ make_id(["'product'", "product_id"]) }}
            end as candidate_id
        from merged
    ),

    named as (
        select
            candidates.candidate_id,
            candidates.group_kind,
            candidates.group_key,
            candidates.product_id,
            max(candidates.capability_code) over (
                partition by candidates.candidate_id
            ) as capability_code
        from candidates
    )

select distinct
    named.candidate_id,
    named.product_id as candidate_product_id,
    named.capability_code,
    members.system_use_id,
    members.administration_code
from named
inner join
    members
    on named.group_kind = members.group_kind
    and named.group_key = members.group_key
