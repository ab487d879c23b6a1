-- The narrowest task that transfers name and that holds the code says whose it is now.
-- Without a task ('') only the transfer of an administration as a whole does.
with
    delivered as (
        select administration_code, '' as capability_code
        from {{ ref("int_administration__delivered") }}
        union
        select uses.administration_code, tasks.capability_code
        from {{ ref("int_system_use__shared_expanded") }} as uses
        inner join
            {{ ref("int_system_capability__split") }} as tasks
            on uses.system_use_id = tasks.system_use_id
        union
        select administration_code, capability_code
        from {{ ref("int_system_listing__split") }}
        union
        select administration_code, coalesce(capability_code, '') as capability_code
        from {{ ref("stg_budgets") }}
        union
        select administration_code, coalesce(capability_code, '') as capability_code
        from {{ ref("stg_investments") }}
    ),

    current_holders as (
        select administration_code, capability_code, responsible_administration_code
        from {{ ref("int_task_transfer__chained") }}
        where is_current
    ),

    givers as (
        select distinct administration_code
        from current_holders
        where responsible_administration_code <> administration_code
    ),

    ranked as (
        select
            delivered.administration_code,
            delivered.capability_code,
            current_holders.responsible_administration_code,
            row_number() over (
                partition by delivered.administration_code, delivered.capability_code
                order by length(current_holders.capability_code) desc
            ) as match_rank
        from delivered
        left join
            current_holders
            on delivered.administration_code = current_holders.administration_code
            and {{
                is_within(
                    "delivered.capability_code", "current_holders.capability_code"
                )
            }}
    )

select
    ranked.administration_code,
    ranked.capability_code,
    coalesce(
        ranked.responsible_administration_code, ranked.administration_code
    ) as current_administration_code,
    case
        when ranked.responsible_administration_code <> ranked.administration_code
        then 'transfer'
        when ranked.capability_code = '' and givers.administration_code is not null
        then 'no_task'
        else 'unchanged'
    end as current_administration_source
from ranked
left join givers on ranked.administration_code = givers.administration_code
where ranked.match_rank = 1
