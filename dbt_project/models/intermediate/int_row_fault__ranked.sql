-- Rows to look at: of the administration's newest delivery of a dataset what is missing
-- and what was rejected, and of all that count what names something unknown. Never what
-- stands in the row.
with
    newest as (
        select delivery_id, administration_code, dataset_name
        from {{ ref("int_administration_delivery__ranked") }}
        where delivery_rank = 1
    ),

    missing_fields as (
        select wanted.*
        from {{ ref("stg_wanted_field") }} as wanted
        inner join
            newest
            on wanted.delivery_id = newest.delivery_id
            and wanted.administration_code = newest.administration_code
        where wanted.filled_row_count < wanted.row_count
    ),

    faults as (
        {%- for dataset, fields in wanted_fields().items() %}
            {%- for field in fields %}
                select
                    fields.administration_code,
                    fields.dataset_name,
                    fields.field_name,
                    'missing' as fault_code,
                    fields.filled_row_count = 0 as is_in_every_row,
                    fields.delivery_id,
                    listed.source_row_number,
                    listed.source_column
                from missing_fields as fields
                inner join
                    {{ ref("stg_" ~ dataset) }} as listed
                    on fields.delivery_id = listed.delivery_id
                    and fields.administration_code = listed.administration_code
                where
                    fields.dataset_name = '{{ dataset }}'
                    and fields.field_name = '{{ field }}'
                    and listed.{{ field }} is null
                union all
            {%- endfor %}
        {%- endfor %}
        select distinct
            newest.administration_code,
            newest.dataset_name,
            coalesce(rejections.source_column, rejections.rule_code) as field_name,
            'rejected' as fault_code,
            false as is_in_every_row,
            newest.delivery_id,
            rejections.source_row_number,
            rejections.source_column
        from {{ ref("stg_rejection") }} as rejections
        inner join
            newest
            on rejections.delivery_id = newest.delivery_id
            and rejections.administration_code = newest.administration_code
        union all
        select
            administration_code,
            dataset_name,
            field_name,
            {{ dbt.concat(["'unknown_'", "relation_code"]) }} as fault_code,
            false as is_in_every_row,
            delivery_id,
            source_row_number,
            source_column
        from {{ ref("int_relation__resolved") }}
        where not is_known
    )

select
    faults.*,
    count(*) over (
        partition by administration_code, dataset_name, field_name, fault_code
    ) as fault_row_count,
    row_number() over (
        partition by administration_code, dataset_name, field_name, fault_code
        order by delivery_id, source_row_number, source_column
    ) as fault_rank
from faults
