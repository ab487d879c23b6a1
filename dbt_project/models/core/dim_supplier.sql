select
    supplier_id,
    min(supplier_name) as supplier_name,
    min(supplier_registration_code) as supplier_registration_code,
    count(*) as spelling_count
from {{ ref("stg_supplier_link") }}
where supplier_id is not null
group by supplier_id
