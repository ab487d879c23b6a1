{# Versions of budgets and plans: which came after which, and what was in force when one was made. #}
{# Columns: the version's place among those of the key, from 1, and whether the row is from the newest delivery that states the
   measure in that version. Order: the digits of the code (2026-09 after B2026), then the code. #}
{% macro version_numbers(key, measure) -%}
    dense_rank() over (
        partition by {{ key | join(", ") }}
        order by {{ version_order("version_code") }}, version_code
    ) as version_number,
    rank() over (
        partition by {{ key | join(", ") }}, {{ measure }}, version_code
        order by business_date desc, delivery_id desc
    )
    = 1 as is_newest_statement
{%- endmacro %}

{# Query: for each version of the key the amounts that held with it: of each measure those of the newest version up to it. An
   amount that the newest version states as unknown is unknown, not the one before. #}
{% macro carried_amounts(relation, key, measure) -%}
    with
        statements as (select * from {{ relation }} where is_newest_statement),

        versions as (
            select
                {{ key | join(", ") }},
                version_number as row_version_number,
                version_code as row_version_code,
                version_number = max(version_number) over (
                    partition by {{ key | join(", ") }}
                ) as is_latest_version
            from statements
            group by {{ key | join(", ") }}, version_number, version_code
        ),

        numbered as (
            select
                versions.row_version_number,
                versions.row_version_code,
                versions.is_latest_version,
                statements.*,
                max(statements.version_number) over (
                    partition by
                        {% for column in key %} statements.{{ column }}, {% endfor %}
                        statements.{{ measure }},
                        versions.row_version_number
                ) as newest_version_number
            from versions
            inner join
                statements on statements.version_number <= versions.row_version_number
                {% for column in key %}
                    and versions.{{ column }} = statements.{{ column }}
                {% endfor %}
        )

    select *
    from numbered
    where version_number = newest_version_number
{%- endmacro %}

{# Aggregate: the one price year of the amounts of some measures; null when they are of several. #}
{% macro price_year_of(measure, codes) -%}
    {{
        only_value(
            "case when " ~ measure ~ " in ('" ~ codes
            | join("', '") ~ "') then price_year end"
        )
    }}
{%- endmacro %}
