with
    delivered as (
        select capability_code
        from {{ ref("int_system_capability__split") }}
        union
        select capability_code
        from {{ ref("stg_budgets") }}
        union
        select capability_code
        from {{ ref("stg_investments") }}
    ),

    reference as (select * from {{ ref("stg_capability") }}),

    combined as (
        select
            capability_code,
            capability_name,
            parent_capability_code,
            true as is_in_reference
        from reference
        union all
        select
            delivered.capability_code,
            delivered.capability_code as capability_name,
            parents.capability_code as parent_capability_code,
            false as is_in_reference
        from delivered
        left join reference on delivered.capability_code = reference.capability_code
        left join
            reference as parents
            on {{ parent_code("delivered.capability_code") }} = parents.capability_code
            and delivered.capability_code <> parents.capability_code
        where
            reference.capability_code is null and delivered.capability_code is not null
    )

select
    capability_code,
    capability_name,
    parent_capability_code,
    length(capability_code)
    - length(replace(capability_code, '.', ''))
    + 1 as capability_level,
    is_in_reference
from combined
