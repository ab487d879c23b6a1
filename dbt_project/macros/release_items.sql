{# What a release says of its systems, contracts, costs and candidates, one row per item and field: the same question to this release
   and to the one before it. The field '' is the item itself; last_date is the day after which it ends by itself. #}
{% macro release_items(systems, contracts, candidates) -%}
    {%- set text = dbt.type_string() -%}
    {%- set no_text = "cast(null as " ~ text ~ ")" -%}
    {%- set no_amount = "cast(null as decimal(18, 2))" -%}
    with
        used as (
            select
                systems.*,
                case
                    when systems.yearly_cost_source = 'contract'
                    then coalesce(contracts.delivery_id, systems.delivery_id)
                    else systems.delivery_id
                end as cost_delivery_id,
                case
                    when
                        systems.yearly_cost_source = 'contract'
                        and contracts.delivery_id is not null
                    then contracts.source_row_number
                    else systems.source_row_number
                end as cost_row_number
            from {{ systems }} as systems
            left join
                {{ contracts }} as contracts
                on systems.contract_id = contracts.contract_id
            where systems.is_owner and systems.is_in_use
        )
    {%- for field, value in {
            "": no_text,
            "product_name": "product_name",
            "supplier_name": "supplier_name",
            "lifecycle_code": "lifecycle_code",
            "user_count": "cast(user_count as " ~ text ~ ")",
        }.items() %}
        select
            'system' as item_kind_code,
            system_id as item_id,
            administration_code as administration_codes,
            system_name as item_name,
            '{{ field }}' as field_name,
            {{ value }} as field_text,
            {{ "yearly_cost_amount" if field == "" else no_amount }} as field_amount,
            use_end_date as last_date,
            delivery_id,
            source_row_number
        from used
        union all
    {%- endfor %}
    select
        'cost' as item_kind_code,
        system_id as item_id,
        administration_code as administration_codes,
        system_name as item_name,
        'yearly_cost_amount' as field_name,
        {{ no_text }} as field_text,
        yearly_cost_amount as field_amount,
        cast(null as date) as last_date,
        cost_delivery_id as delivery_id,
        cost_row_number as source_row_number
    from used
    {%- for field, value in {
            "": no_text,
            "contract_end_date": "cast(contract_end_date as " ~ text ~ ")",
            "terminated_date": "cast(terminated_date as " ~ text ~ ")",
            "contract_state_code": "contract_state_code",
            "source_supplier_name": "source_supplier_name",
            "yearly_amount": no_text,
        }.items() %}
        union all
        select
            'contract' as item_kind_code,
            contract_id as item_id,
            administration_code as administration_codes,
            contract_name as item_name,
            '{{ field }}' as field_name,
            {{ value }} as field_text,
            {{ "yearly_amount" if field in ("", "yearly_amount") else no_amount }}
            as field_amount,
            contract_end_date as last_date,
            delivery_id,
            source_row_number
        from {{ contracts }}
        where contract_state_code <> 'expired'
    {%- endfor %}
    {%- for field, value in {
            "": no_text,
            "administration_codes": "administration_codes",
            "system_count": "cast(system_count as " ~ text ~ ")",
            "yearly_cost_amount": no_text,
        }.items() %}
        union all
        select
            'candidate' as item_kind_code,
            candidate_id as item_id,
            administration_codes,
            candidate_name as item_name,
            '{{ field }}' as field_name,
            {{ value }} as field_text,
            {{
                (
                    "yearly_cost_amount"
                    if field in ("", "yearly_cost_amount")
                    else no_amount
                )
            }} as field_amount,
            cast(null as date) as last_date,
            {{ no_text }} as delivery_id,
            cast(null as bigint) as source_row_number
        from {{ candidates }}
    {%- endfor %}
{%- endmacro %}

{# What differs between two such listings: an item that came or went is one row, not one for each of its fields. An item that is
   in neither, or the same in both, has none. #}
{% macro item_changes(present, previous) -%}
    select
        coalesce(present.item_kind_code, previous.item_kind_code) as item_kind_code,
        coalesce(present.item_id, previous.item_id) as item_id,
        coalesce(
            present.administration_codes, previous.administration_codes
        ) as administration_codes,
        coalesce(present.item_name, previous.item_name) as item_name,
        coalesce(present.field_name, previous.field_name) as field_name,
        case
            when previous.item_id is null
            then 'added'
            when present.item_id is null
            then 'ended'
            else 'changed'
        end as change_code,
        previous.field_text as before_text,
        present.field_text as after_text,
        previous.field_amount as before_amount,
        present.field_amount as after_amount,
        case when present.item_id is null then previous.last_date end as last_date,
        coalesce(present.delivery_id, previous.delivery_id) as delivery_id,
        case
            when present.item_id is null
            then previous.source_row_number
            else present.source_row_number
        end as source_row_number
    from {{ present }} as present
    full outer join
        {{ previous }} as previous
        on present.item_kind_code = previous.item_kind_code
        and present.item_id = previous.item_id
        and present.field_name = previous.field_name
    where
        (
            coalesce(present.field_name, previous.field_name) = ''
            and (present.item_id is null or previous.item_id is null)
        )
        or (
            present.field_name <> ''
            and previous.item_id is not null
            and (
                present.field_text is distinct from previous.field_text
                or present.field_amount is distinct from previous.field_amount
            )
        )
{%- endmacro %}
