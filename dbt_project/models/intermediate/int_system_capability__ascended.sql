-- A use that supports 27.03.04 supports 27.03 and 27 too; codes of up to six levels.
-- One
-- of which no task is stated is under none at the first level, so that level is whole.
-- What a level's several codes of one use share of it is numbered here.
with
    split as (
        select system_use_id, capability_code
        from {{ ref("int_system_capability__split") }}
    ),

    codes as (
        {%- set code = namespace(sql="capability_code", below="true") %}
        {%- for level in range(6) %}
            select
                system_use_id,
                'task' as taxonomy_code,
                {{ code.sql }} as capability_code
            from split
            where {{ code.below }}
            union
            {%- set code.below = code.sql ~ " like '%.%'" %}
            {%- set code.sql = parent_code(code.sql) %}
        {%- endfor %}
        select
            uses.system_use_id,
            'task' as taxonomy_code,
            {{ no_task_code() }} as capability_code
        from {{ ref("int_system_use__deduplicated") }} as uses
        left join split on uses.system_use_id = split.system_use_id
        where split.system_use_id is null
        union
        select
            system_use_id,
            'business_type' as taxonomy_code,
            business_type_name as capability_code
        from {{ ref("int_system_use__deduplicated") }}
        where business_type_name is not null
    ),

    levelled as (
        select
            codes.*,
            case
                when taxonomy_code = 'task'
                then {{ code_level("capability_code") }}
                else 1
            end as capability_level
        from codes
    )

select
    system_use_id,
    taxonomy_code,
    capability_level,
    capability_code,
    count(*) over (
        partition by system_use_id, taxonomy_code, capability_level
    ) as part_count,
    row_number() over (
        partition by system_use_id, taxonomy_code, capability_level
        order by capability_code
    ) as part_number
from levelled
