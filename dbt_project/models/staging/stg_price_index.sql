with
    source as (select * from {{ source("inputs", "reference_price_index") }}),

    renamed as (select price_year, index_value from source)

select *
from renamed
