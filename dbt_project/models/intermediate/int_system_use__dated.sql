with
    listing as (select * from {{ ref("stg_system_listing") }}),

    {{
        validities(
            "listing",
            dataset="systems",
            key=["administration_code", "system_key"],
            tracked=[
                "system_name",
                "supplier_name",
                "lifecycle_code",
                "use_end_date",
                "owner_unit_name",
                "stated_yearly_amount",
            ],
            carried=["delivery_id", "source_row_number"],
        )
    }}

select
    thing_id as system_use_id,
    administration_code,
    system_key,
    system_name,
    supplier_name,
    lifecycle_code,
    use_end_date,
    owner_unit_name,
    stated_yearly_amount,
    valid_from_date,
    valid_to_date,
    is_current,
    delivery_id,
    source_row_number
from validity
