{# History rebuilt from deliveries: which rows of a listing held from when to when. A snapshot holds from its business date until the
   day before the next one of its data contract; other deliveries hold on. On each day the newest delivery that holds and lists the
   thing says what it is, as for the present. A validity begins where the thing appears, comes back or changes in a tracked column,
   and ends the day before it is gone or different. #}
{# One row per thing (key columns) and validity, as CTEs that end in `validity`. `carried`: columns of the row that began it. #}
{% macro validities(listing, dataset, key, tracked, carried) -%}
    holding as (
        select
            delivery_id,
            business_date,
            case
                when delivery_mode_code = 'snapshot'
                then
                    lead(business_date) over (
                        partition by data_contract_id order by business_date
                    )
            end as until_date
        from {{ ref("stg_delivery") }}
        where
            delivery_status_code = 'accepted' and dataset_name = '{{ dataset }}'
    ),

    listed as (
        select
            {{ make_id(key) }} as thing_id,
            {{ make_id(tracked) }} as state_id,
            listing.*,
            holding.business_date,
            holding.until_date
        from {{ listing }} as listing
        inner join holding on listing.delivery_id = holding.delivery_id
    ),

    moments as (
        select thing_id, business_date as moment_date
        from listed
        union
        select thing_id, until_date as moment_date
        from listed
        where until_date is not null
    ),

    ranked as (
        select
            moments.thing_id,
            moments.moment_date,
            listed.state_id,
            {% for column in key + tracked + carried -%}
                listed.{{ column }},
            {% endfor -%}
            row_number() over (
                partition by moments.thing_id, moments.moment_date
                order by
                    listed.business_date desc,
                    listed.delivery_id desc,
                    listed.source_row_number
            ) as row_rank
        from moments
        left join
            listed
            on moments.thing_id = listed.thing_id
            and listed.business_date <= moments.moment_date
            and coalesce(listed.until_date > moments.moment_date, true)
    ),

    compared as (
        select
            ranked.*,
            lag(coalesce(state_id, '')) over (
                partition by thing_id order by moment_date
            ) as state_id_before
        from ranked
        where row_rank = 1
    ),

    begun as (
        select
            compared.*,
            lead(moment_date) over (
                partition by thing_id order by moment_date
            ) as next_date
        from compared
        where state_id_before is null or state_id_before <> coalesce(state_id, '')
    ),

    validity as (
        select
            thing_id,
            {% for column in key + tracked + carried -%} {{ column }}, {% endfor -%}
            moment_date as valid_from_date,
            cast({{ dbt.dateadd("day", -1, "next_date") }} as date) as valid_to_date,
            next_date is null as is_current
        from begun
        where state_id is not null
    )
{%- endmacro %}
