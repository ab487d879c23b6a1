-- Weighted mean of the scores there are, where they carry the share of the weight that
-- the threshold asks for. What was not assessed has no score and pulls nothing.
with
    weights as (
        select axis_code, dimension_code, weight_value
        from {{ ref("stg_rationalisation_weight") }}
        where {{ holds_at_as_of_date() }}
    ),

    thresholds as (
        select axis_code, high_from_value, required_weight_pct
        from {{ ref("stg_rationalisation_threshold") }}
        where {{ holds_at_as_of_date() }}
    ),

    systems as (
        select system_id
        from {{ ref("int_system_use__shared_expanded") }}
        where is_owner
    ),

    summed as (
        select
            systems.system_id,
            weights.axis_code,
            sum(weights.weight_value) as weight_total,
            sum(
                case when scores.score_value is not null then weights.weight_value end
            ) as known_weight,
            sum(weights.weight_value * scores.score_value) as weighted_sum,
            {{
                join_text(
                    "case when scores.score_value is null"
                    ~ " then weights.dimension_code end",
                    "|",
                    "weights.dimension_code",
                )
            }} as missing_dimension_codes
        from systems
        cross join weights
        left join
            {{ ref("int_assessment__chosen") }} as scores
            on systems.system_id = scores.system_id
            and weights.dimension_code = scores.dimension_code
        group by systems.system_id, weights.axis_code
    ),

    scored as (
        select
            summed.system_id,
            summed.axis_code,
            thresholds.high_from_value,
            {{ share_pct("coalesce(summed.known_weight, 0)", "summed.weight_total") }}
            as known_weight_pct,
            case
                when
                    100 * summed.known_weight
                    >= thresholds.required_weight_pct * summed.weight_total
                then
                    cast(
                        round(summed.weighted_sum / summed.known_weight, 4) as decimal(
                            18, 4
                        )
                    )
            end as axis_value,
            summed.missing_dimension_codes
        from summed
        left join thresholds on summed.axis_code = thresholds.axis_code
    )

select
    system_id,
    axis_code,
    known_weight_pct,
    axis_value,
    axis_value >= high_from_value as is_high,
    missing_dimension_codes,
    high_from_value is not null as has_threshold
from scored
