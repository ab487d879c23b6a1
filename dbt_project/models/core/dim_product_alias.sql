-- A product's id is that of its smallest member, so every id that a product ever had is
-- the id that one of its members would have alone.
select use_product_id as former_product_id, product_id
from {{ ref("stg_product_link") }}
where use_product_id <> product_id
