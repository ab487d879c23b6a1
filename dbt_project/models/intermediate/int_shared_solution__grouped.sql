-- What two or more administrations have separately: the same product, or the same task.
with
    uses as (select * from {{ ref("int_system_use__separated") }}),

    members as (
        select
            'product' as group_kind,
            product_id as group_key,
            system_use_id,
            administration_code,
            product_id
        from uses
        union all
        select
            'capability' as group_kind,
            tasks.capability_code as group_key,
            uses.system_use_id,
            uses.administration_code,
            uses.product_id
        from {{ ref("int_system_capability__inherited") }} as tasks
        inner join uses on tasks.system_use_id = uses.system_use_id
    ),

    several as (
        select
            group_kind,
            group_key,
            count(*) as use_count,
            count(distinct product_id) as product_count
        from members
        group by group_kind, group_key
        having min(administration_code) < max(administration_code)
    )

select
    members.group_kind,
    members.group_key,
    members.system_use_id,
    members.administration_code,
    members.product_id,
    several.use_count,
    several.product_count
from members
inner join
    several
    on members.group_kind = several.group_kind
    and members.group_key = several.group_key
