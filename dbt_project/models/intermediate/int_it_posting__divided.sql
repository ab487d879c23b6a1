-- Only lines that several systems share are divided: each part rounded down, and the
-- øre that are left over given to the largest remainders, so that the parts are the
-- whole.
with
    floored as (
        select
            postings.delivery_id,
            postings.source_row_number,
            coalesce(postings.source_column, '') as source_cell,
            targets.part_number,
            postings.posting_amount,
            {{
                weighted_cents(
                    "postings.posting_amount",
                    "targets.split_weight",
                    "targets.split_weight_total",
                )
            }} as part_cents,
            abs(
                {{
                    weighted_remainder(
                        "postings.posting_amount",
                        "targets.split_weight",
                        "targets.split_weight_total",
                    )
                }}
            ) as remainder
        from {{ ref("int_it_posting__driven") }} as postings
        inner join
            {{ ref("int_cost_target__weighted") }} as targets
            on postings.target_id = targets.target_id
        where targets.part_count > 1
    ),

    ranked as (
        select
            delivery_id,
            source_row_number,
            source_cell,
            part_number,
            part_cents,
            cast(posting_amount * 100 as bigint) - cast(
                sum(part_cents) over (
                    partition by delivery_id, source_row_number, source_cell
                ) as bigint
            ) as rest_cents,
            row_number() over (
                partition by delivery_id, source_row_number, source_cell
                order by remainder desc, part_number
            ) as remainder_rank
        from floored
    )

select
    delivery_id,
    source_row_number,
    source_cell,
    part_number,
    {{
        from_cents(
            "(part_cents + case when remainder_rank <= abs(rest_cents)"
            ~ " then cast(sign(rest_cents) as bigint) else 0 end)"
        )
    }} as part_amount
from ranked
