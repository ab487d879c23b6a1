with
    pointed as (
        select
            candidates.*,
            {{
                review_points(
                    "candidates.link_probability",
                    "candidates.affected_amount",
                    "candidates.affected_user_count",
                )
            }} as review_score_value
        from {{ ref("int_link_candidate__weighed") }} as candidates
    )

select
    row_number() over (
        order by review_score_value desc, link_kind, left_key, right_key
    ) as review_rank,
    link_kind,
    left_key,
    right_key,
    left_name,
    right_name,
    left_id,
    right_id,
    is_linked,
    cast(link_probability as decimal(5, 4)) as link_probability,
    link_reason,
    cast(affected_amount as decimal(18, 2)) as affected_amount,
    cast(affected_user_count as bigint) as affected_user_count,
    review_score_value
from pointed
