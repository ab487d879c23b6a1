select years.price_year, years.index_value, target.index_value as target_index_value
from {{ ref("stg_price_index") }} as years
cross join {{ ref("stg_price_index") }} as target
where target.price_year = {{ report_price_year() }}
