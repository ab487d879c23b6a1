{%- set causes = [
    "human_decision",
    "new_configuration",
    "new_code",
    "new_delivery",
    "ended_delivery",
] -%}
{%- set kinds = {
    "system": "mart_it_landscape",
    "contract": "dim_contract",
    "candidate": "mart_shared_solution_candidate",
} -%}
with
    named as (
        select distinct cause_code, input_name
        from {{ ref("int_release_input__compared") }}
    ),

    codes as (select distinct cause_code from named),

    summarised as (
        select
            {%- for cause in causes %}
                {{
                    join_text(
                        "case when cause_code = '" ~ cause ~ "' then input_name end",
                        "; ",
                        "input_name",
                    )
                }} as {{ cause }}_names{{ "," if not loop.last }}
            {%- endfor %}
        from named
    ),

    listed as (
        select {{ join_text("cause_code", "|", "cause_code") }} as changed_input_codes
        from codes
    ),

    before as (
        select
            max(
                case when input_kind_code = 'date' then previous_input_value end
            ) as previous_as_of_date,
            {%- for kind, table in kinds.items() %}
                max(case when input_key = '{{ table }}' then 1 else 0 end)
                = 1 as is_{{ kind }}_known,
            {%- endfor %}
            max(
                case when input_kind_code = 'table' then input_value end
            ) as previous_release_id
        from {{ ref("stg_release_input") }}
    )

select
    {%- for cause in causes %} summarised.{{ cause }}_names, {%- endfor %}
    {%- for kind in kinds %} before.is_{{ kind }}_known, {%- endfor %}
    listed.changed_input_codes,
    cast(before.previous_as_of_date as date) as previous_as_of_date,
    before.previous_release_id
from summarised
cross join listed
cross join before
