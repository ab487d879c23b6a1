-- What was said last of a system and dimension; a score of a day to come says nothing
-- yet. Two of one day: the one of the newer delivery.
with
    systems as (
        select system_id, administration_code, system_key
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    ),

    ranked as (
        select
            systems.system_id,
            assessments.dimension_code,
            assessments.score_value,
            assessments.assessed_date,
            assessments.assessor_role_name,
            row_number() over (
                partition by systems.system_id, assessments.dimension_code
                order by
                    assessments.assessed_date desc,
                    assessments.business_date desc,
                    assessments.delivery_id desc,
                    assessments.source_row_number desc
            ) as score_rank
        from {{ ref("stg_assessments") }} as assessments
        inner join
            systems
            on assessments.administration_code = systems.administration_code
            and assessments.system_key = systems.system_key
        where assessments.assessed_date <= {{ as_of_date() }}
    )

select system_id, dimension_code, score_value, assessed_date, assessor_role_name
from ranked
where score_rank = 1
