-- Whose part of which accepted delivery, with what it holds and what the delivery of
-- the same data contract before held. Rank 1 is the administration's newest in force.
with
    filled as (
        select
            delivery_id,
            administration_code,
            sum(row_count) as wanted_cell_count,
            sum(filled_row_count) as filled_cell_count
        from {{ ref("stg_wanted_field") }}
        group by delivery_id, administration_code
    ),

    parts as (
        select
            parts.administration_code,
            deliveries.dataset_name,
            deliveries.data_contract_id,
            parts.delivery_id,
            deliveries.business_date,
            deliveries.received_at,
            deliveries.is_in_force,
            parts.source_row_count,
            parts.accepted_row_count,
            coalesce(filled.wanted_cell_count, 0) as wanted_cell_count,
            coalesce(filled.filled_cell_count, 0) as filled_cell_count
        from {{ ref("stg_delivery_administration") }} as parts
        inner join
            {{ ref("stg_delivery") }} as deliveries
            on parts.delivery_id = deliveries.delivery_id
        left join
            filled
            on parts.delivery_id = filled.delivery_id
            and parts.administration_code = filled.administration_code
        where
            parts.administration_code is not null
            and deliveries.delivery_status_code = 'accepted'
    )

select
    parts.*,
    {%- for column in [
        "business_date",
        "source_row_count",
        "accepted_row_count",
        "wanted_cell_count",
        "filled_cell_count",
    ] %}
        lag({{ column }}) over (
            partition by administration_code, data_contract_id
            order by business_date, received_at, delivery_id
        ) as previous_{{ column }},
    {%- endfor %}
    row_number() over (
        partition by administration_code, dataset_name
        order by
            case when is_in_force then 0 else 1 end,
            business_date desc,
            received_at desc,
            delivery_id desc
    ) as delivery_rank
from parts
