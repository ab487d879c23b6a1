-- Which kinds a candidate is of, what speaks against it, and the date its contracts can
-- be brought to.
with
    members as (
        select
            members.candidate_id,
            members.candidate_product_id,
            members.capability_code,
            members.administration_code,
            links.product_id,
            uses.data_sensitivity_code,
            uses.criticality_code
        from {{ ref("int_shared_solution__merged") }} as members
        inner join
            {{ ref("int_system_use__deduplicated") }} as uses
            on members.system_use_id = uses.system_use_id
        inner join
            {{ ref("stg_product_link") }} as links
            on uses.administration_code = links.administration_code
            and uses.system_key = links.system_key
    ),

    windows as (
        select
            candidate_id,
            common_expiry_date,
            common_expiry_administration_count,
            {{ known_sum("waiting_cost_amount", "true") }} as waiting_cost_amount
        from {{ ref("int_common_expiry__weighed") }}
        group by candidate_id, common_expiry_date, common_expiry_administration_count
    ),

    noted as (
        select
            candidate_id,
            candidate_product_id as product_id,
            capability_code,
            count(distinct product_id) as product_count,
            count(distinct administration_code) as administration_count,
            {{ has_any("data_sensitivity_code = 'criminal'") }} as has_criminal_data,
            {{ has_any("data_sensitivity_code = 'sensitive'") }} as has_sensitive_data,
            {{ has_any("criticality_code = 'vital'") }} as has_vital_system
        from members
        group by candidate_id, candidate_product_id, capability_code
    )

select
    noted.candidate_id,
    noted.product_id,
    noted.capability_code,
    {{
        codes_where(
            {
                "same_product": "noted.product_id is not null",
                "capability_overlap": "noted.product_count > 1",
                "common_expiry": "2 * windows.common_expiry_administration_count > noted.administration_count",
            }
        )
    }}
    as candidate_kind_codes,
    {{
        codes_where(
            {
                "criminal_data": "noted.has_criminal_data",
                "sensitive_data": "noted.has_sensitive_data",
                "vital_system": "noted.has_vital_system",
            }
        )
    }} as barrier_codes,
    noted.has_criminal_data as is_advised_against,
    windows.common_expiry_date,
    windows.common_expiry_administration_count,
    windows.waiting_cost_amount
from noted
left join windows on noted.candidate_id = windows.candidate_id
