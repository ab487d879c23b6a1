with
    listing as (select * from {{ ref("stg_contract_listing") }}),

    {{
        validities(
            "listing",
            dataset="contracts",
            key=["administration_code", "contract_key"],
            tracked=[
                "contract_name",
                "supplier_name",
                "start_date",
                "end_date",
                "terminated_date",
                "yearly_amount",
                "owner_unit_name",
            ],
            carried=["delivery_id", "source_row_number"],
        )
    }}

select
    thing_id as contract_id,
    administration_code,
    contract_key,
    contract_name,
    supplier_name,
    start_date,
    end_date,
    terminated_date,
    yearly_amount,
    owner_unit_name,
    valid_from_date,
    valid_to_date,
    is_current,
    delivery_id,
    source_row_number
from validity
