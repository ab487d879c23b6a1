with
    source as (select * from {{ source("inputs", "raw_assessments") }}),

    in_force as (
        select delivery_id, business_date
        from {{ ref("stg_delivery") }}
        where is_in_force
    ),

    renamed as (
        select
            source.delivery_id,
            source.source_row_number,
            source.source_column,
            source.administration_code,
            source.administration_name,
            in_force.business_date,
            source.system_key,
            source.dimension_code,
            source.score_value,
            source.assessed_date,
            source.assessor_role_name,
            source.assessment_comment
        from source
        inner join in_force on source.delivery_id = in_force.delivery_id
    )

select *
from renamed
