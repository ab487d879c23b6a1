{# Rows with valid_from_date and valid_to_date: which one speaks at the as-of date, and the days around them. #}
{# Rank of a thing's validities; 1 is the one that speaks at the as-of date: the newest that has begun, else the first to come. #}
{% macro validity_rank(key) -%}
    row_number() over (
        partition by {{ key }}
        order by
            case
                when coalesce(valid_from_date, {{ as_of_date() }}) <= {{ as_of_date() }}
                then 0
                else 1
            end,
            case
                when valid_from_date <= {{ as_of_date() }} then valid_from_date
            end desc,
            valid_from_date
    )
{%- endmacro %}

{# Whether a row with valid_from_date and valid_to_date holds at the as-of date; an empty end is open. #}
{% macro holds_at_as_of_date() -%}
    coalesce(valid_from_date, {{ as_of_date() }}) <= {{ as_of_date() }}
    and coalesce(valid_to_date, {{ as_of_date() }}) >= {{ as_of_date() }}
{%- endmacro %}

{# The day before or after a date. #}
{% macro day_before(day) -%}
    cast({{ dbt.dateadd("day", -1, day) }} as date)
{%- endmacro %}

{% macro day_after(day) -%}
    cast({{ dbt.dateadd("day", 1, day) }} as date)
{%- endmacro %}

{# Query: each validity of `key` in `relation` that ends before it begins, leaves days between itself and the next one, or
   shares days with it. A row without valid_to_date goes on for ever. #}
{% macro validity_faults(relation, key) -%}
    select *
    from
        (
            select
                {{ key | join(", ") }},
                valid_from_date,
                valid_to_date,
                lead(valid_from_date) over (
                    partition by {{ key | join(", ") }}
                    order by valid_from_date, valid_to_date
                ) as next_valid_from_date
            from {{ relation }}
        ) as ordered
    where
        valid_to_date < valid_from_date
        or (
            next_valid_from_date is not null
            and coalesce(
                valid_to_date <> {{ day_before("next_valid_from_date") }}, true
            )
        )
{%- endmacro %}

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
        where delivery_status_code = 'accepted' and dataset_name = '{{ dataset }}'
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
