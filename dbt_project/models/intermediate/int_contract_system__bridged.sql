with
    listed as (
        select distinct
            contracts.contract_id,
            contracts.administration_code,
            trim(keys.split_key) as system_key
        from
            {{ ref("int_contract__deduplicated") }} as contracts
            {{ cross_join_codes("contracts.system_keys", "keys", "split_key") }}
    ),

    uses as (
        select system_use_id, administration_code, system_key
        from {{ ref("int_system_use__deduplicated") }}
    )

select
    listed.contract_id,
    listed.administration_code,
    listed.system_key,
    uses.system_use_id
from listed
left join
    uses
    on listed.administration_code = uses.administration_code
    and listed.system_key = uses.system_key
where listed.system_key <> ''
