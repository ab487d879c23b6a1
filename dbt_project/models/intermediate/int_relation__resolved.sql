{{ config(materialized="table") }}
-- What rows name in the administration's own other lists, and whether it is there. Of
-- an administration that delivers no such list nothing can be said.
with
    systems as (
        select administration_code, system_key
        from {{ ref("int_system_use__deduplicated") }}
    ),

    contracts as (
        select
            contract_id,
            administration_code,
            contract_key,
            parent_contract_key,
            delivery_id,
            source_row_number
        from {{ ref("int_contract__deduplicated") }}
    ),

    postings as (
        select *
        from {{ ref("int_posting__decided") }}
        where contract_key is not null or system_key is not null
    ),

    investments as (
        select distinct
            investments.delivery_id,
            investments.source_row_number,
            investments.source_column,
            investments.administration_code,
            trim(keys.split_key) as system_key
        from
            {{ ref("stg_investments") }} as investments
            {{ cross_join_codes("investments.system_keys", "keys", "split_key") }}
    ),

    stated as (
        select
            'contracts' as dataset_name,
            'system_keys' as field_name,
            'system' as relation_code,
            bridged.administration_code,
            contracts.delivery_id,
            contracts.source_row_number,
            cast(null as {{ dbt.type_string() }}) as source_column,
            bridged.system_key as named_key
        from {{ ref("int_contract_system__bridged") }} as bridged
        inner join contracts on bridged.contract_id = contracts.contract_id
        union all
        select
            'contracts' as dataset_name,
            'parent_contract_key' as field_name,
            'contract' as relation_code,
            administration_code,
            delivery_id,
            source_row_number,
            cast(null as {{ dbt.type_string() }}) as source_column,
            parent_contract_key as named_key
        from contracts
        where parent_contract_key is not null
        {%- for dataset, field, relation, relationship in [
                (
                    "assessments",
                    "system_key",
                    "system",
                    ref("stg_assessments"),
                ),
                ("postings", "system_key", "system", "postings"),
                ("postings", "contract_key", "contract", "postings"),
                ("investments", "system_key", "system", "investments"),
            ] %}
            union all
            select
                '{{ dataset }}' as dataset_name,
                '{{ "system_keys" if dataset == "investments" else field }}'
                as field_name,
                '{{ relation }}' as relation_code,
                administration_code,
                delivery_id,
                source_row_number,
                source_column,
                {{ field }} as named_key
            from {{ relationship }}
            where {{ field }} is not null and {{ field }} <> ''
        {%- endfor %}
    ),

    known as (
        select 'system' as relation_code, administration_code, system_key as named_key
        from systems
        union
        select
            'contract' as relation_code, administration_code, contract_key as named_key
        from contracts
    ),

    listed as (select distinct relation_code, administration_code from known)

select
    stated.dataset_name,
    stated.field_name,
    stated.relation_code,
    stated.administration_code,
    stated.delivery_id,
    stated.source_row_number,
    stated.source_column,
    known.named_key is not null as is_known
from stated
inner join
    listed
    on stated.relation_code = listed.relation_code
    and stated.administration_code = listed.administration_code
left join
    known
    on stated.relation_code = known.relation_code
    and stated.administration_code = known.administration_code
    and stated.named_key = known.named_key
