-- A use and a row of the support table meet by name (the use's own, its former one or
-- its product's) or by catalogue key. What both state and state differently, key or
-- supplier, keeps them apart. Of the rows that meet, the longest version counts.
with
    support as (
        select
            stg_support.*,
            {{ plain_name("product_name") }} as plain_product_name,
            {{ plain_name("supplier_name") }} as plain_supplier_name,
            {{ plain_version("version_prefix") }} as plain_version_prefix,
            row_number() over (
                order by
                    product_name,
                    catalogue_key,
                    supplier_name,
                    version_prefix,
                    support_end_date,
                    extended_support_end_date,
                    release_date
            ) as support_number
        from {{ ref("stg_product_support") }} as stg_support
    ),

    uses as (
        select
            uses.system_use_id,
            uses.catalogue_key,
            uses.system_name,
            uses.former_name,
            products.product_name,
            suppliers.supplier_id,
            {{ plain_version("uses.system_version") }} as plain_version
        from {{ ref("int_system_use__deduplicated") }} as uses
        left join
            {{ ref("stg_product_link") }} as products
            on uses.administration_code = products.administration_code
            and uses.system_key = products.system_key
        left join
            {{ ref("stg_supplier_link") }} as suppliers
            on coalesce(uses.supplier_name, '') = suppliers.source_supplier_name
            and coalesce(uses.supplier_registration_code, '')
            = suppliers.source_supplier_registration_code
    ),

    spellings as (
        select
            supplier_id, {{ plain_name("source_supplier_name") }} as plain_supplier_name
        from {{ ref("stg_supplier_link") }}
        union
        select supplier_id, {{ plain_name("supplier_name") }} as plain_supplier_name
        from {{ ref("stg_supplier_link") }}
    ),

    names as (
        {% for name in ["system_name", "former_name", "product_name"] %}
            select system_use_id, {{ plain_name(name) }} as plain_product_name
            from uses
            where {{ name }} is not null
            {% if not loop.last %}
                union
            {% endif %}
        {% endfor %}
    ),

    met as (
        select names.system_use_id, support.support_number
        from names
        inner join support on names.plain_product_name = support.plain_product_name
        union
        select uses.system_use_id, support.support_number
        from uses
        inner join support on uses.catalogue_key = support.catalogue_key
    ),

    meant as (
        select
            met.system_use_id,
            support.release_date,
            support.support_end_date,
            support.extended_support_end_date,
            {{ is_within("uses.plain_version", "support.plain_version_prefix") }}
            as is_of_version,
            uses.plain_version = '' as is_version_unknown,
            row_number() over (
                partition by
                    met.system_use_id,
                    {{
                        is_within(
                            "uses.plain_version", "support.plain_version_prefix"
                        )
                    }}
                order by
                    length(support.plain_version_prefix) desc,
                    case when support.catalogue_key is null then 1 else 0 end,
                    case when support.supplier_name is null then 1 else 0 end,
                    support.support_number
            ) as row_rank
        from met
        inner join uses on met.system_use_id = uses.system_use_id
        inner join support on met.support_number = support.support_number
        left join
            spellings
            on uses.supplier_id = spellings.supplier_id
            and support.plain_supplier_name = spellings.plain_supplier_name
        where
            (
                support.catalogue_key is null
                or uses.catalogue_key is null
                or support.catalogue_key = uses.catalogue_key
            )
            and (
                support.supplier_name is null
                or uses.supplier_id is null
                or spellings.supplier_id is not null
            )
    ),

    chosen as (
        select
            uses.system_use_id,
            of_version.release_date,
            of_version.support_end_date,
            of_version.extended_support_end_date,
            case
                when of_version.support_end_date is not null
                then null
                when of_version.extended_support_end_date is not null
                then null
                when of_version.system_use_id is not null
                then 'no_end_date'
                when other_version.system_use_id is null
                then 'product_not_listed'
                when other_version.is_version_unknown
                then 'no_version'
                else 'version_not_listed'
            end as support_unknown_code
        from uses
        left join
            meant as of_version
            on uses.system_use_id = of_version.system_use_id
            and of_version.is_of_version
            and of_version.row_rank = 1
        left join
            meant as other_version
            on uses.system_use_id = other_version.system_use_id
            and not other_version.is_of_version
            and other_version.row_rank = 1
    )

select
    system_use_id,
    release_date,
    support_end_date,
    extended_support_end_date,
    case
        when support_unknown_code is not null
        then 'unknown'
        when support_end_date >= {{ as_of_date() }}
        then 'supported'
        when extended_support_end_date >= {{ as_of_date() }}
        then 'extended'
        else 'unsupported'
    end as support_status_code,
    support_unknown_code
from chosen
