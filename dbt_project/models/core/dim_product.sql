with
    uses as (
        select
            administration_code,
            system_key,
            {{ is_in_use("lifecycle_code", "use_end_date") }} as is_in_use
        from {{ ref("int_system_use__deduplicated") }}
    )

select
    links.product_id,
    min(links.product_name) as product_name,
    count(case when uses.is_in_use then uses.system_key end) as system_use_count,
    count(
        distinct case when uses.is_in_use then uses.administration_code end
    ) as administration_count
from {{ ref("stg_product_link") }} as links
left join
    uses
    on links.administration_code = uses.administration_code
    and links.system_key = uses.system_key
group by links.product_id
