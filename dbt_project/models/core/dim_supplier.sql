select
    supplier_id,
    min(supplier_name) as supplier_name,
    min(supplier_registration_code) as supplier_registration_code,
    case
        max(
            case
                source_supplier_register_class_code
                when 'domestic'
                then 3
                when 'foreign'
                then 2
                when 'faulty'
                then 1
            end
        )
        when 3
        then 'domestic'
        when 2
        then 'foreign'
        when 1
        then 'faulty'
    end as supplier_register_class_code,
    count(*) as spelling_count
from {{ ref("stg_supplier_link") }}
where supplier_id is not null
group by supplier_id
