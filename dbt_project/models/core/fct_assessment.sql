with
    systems as (
        select system_id, administration_code, system_key
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    )

select
    assessments.delivery_id,
    assessments.source_row_number,
    assessments.source_column,
    assessments.administration_code,
    {{ current_administration("moved", "unlisted") }},
    assessments.system_key,
    systems.system_id,
    assessments.dimension_code,
    assessments.score_value,
    assessments.assessed_date,
    assessments.assessor_role_name,
    assessments.assessment_comment
from {{ ref("stg_assessments") }} as assessments
left join
    systems
    on assessments.administration_code = systems.administration_code
    and assessments.system_key = systems.system_key
left join
    {{ ref("int_system_use__transferred") }} as moved
    on systems.system_id = moved.system_id
inner join
    {{ ref("int_administration_task__transferred") }} as unlisted
    on assessments.administration_code = unlisted.administration_code
    and unlisted.capability_code = ''
