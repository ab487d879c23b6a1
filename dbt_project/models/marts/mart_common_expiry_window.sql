select
    windows.candidate_id,
    coalesce(products.product_name, capabilities.capability_name) as candidate_name,
    windows.common_expiry_date,
    windows.common_expiry_administration_count,
    windows.contract_id,
    windows.administration_code,
    administrations.administration_name,
    contracts.contract_key,
    contracts.contract_name,
    contracts.contract_end_date,
    contracts.option_left_count,
    windows.earliest_end_date,
    contracts.latest_end_date,
    windows.common_notice_date,
    windows.system_count,
    windows.allocated_yearly_amount as candidate_yearly_amount,
    cast(windows.waiting_day_count as bigint) as waiting_day_count,
    windows.waiting_cost_amount,
    cast(windows.bridging_day_count as bigint) as bridging_day_count,
    windows.bridging_cost_amount
from {{ ref("int_common_expiry__weighed") }} as windows
inner join
    {{ ref("int_candidate__judged") }} as judged
    on windows.candidate_id = judged.candidate_id
inner join
    {{ ref("dim_contract") }} as contracts
    on windows.contract_id = contracts.contract_id
inner join
    {{ ref("dim_administration") }} as administrations
    on windows.administration_code = administrations.administration_code
    and administrations.is_current
left join
    {{ ref("dim_product") }} as products on judged.product_id = products.product_id
left join
    {{ ref("dim_capability") }} as capabilities
    on judged.capability_code = capabilities.capability_code
