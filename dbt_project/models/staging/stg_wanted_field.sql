{{ config(materialized="table") }}
{%- set wanted = wanted_fields() %}
with
    {%- for dataset, fields in wanted.items() %}
        {%- set table = "raw_" ~ dataset %}
        {{ dataset }}_counted as (
            select
                delivery_id,
                administration_code,
                {%- for field in fields %}
                    count({{ field }}) as {{ field }}_filled,
                {%- endfor %}
                count(*) as row_count
            from {{ source("inputs", table) }}
            group by delivery_id, administration_code
        ){{ "," if not loop.last }}
    {%- endfor %}
{%- for dataset, fields in wanted.items() %}
        {%- set last_dataset = loop.last %}
    {%- for field in fields %}
        select
            '{{ dataset }}' as dataset_name,
            delivery_id,
            administration_code,
            '{{ field }}' as field_name,
            row_count,
            {{ field }}_filled as filled_row_count
        from {{ dataset }}_counted {{ "union all" if not (last_dataset and loop.last) }}
    {%- endfor %}
{%- endfor %}
