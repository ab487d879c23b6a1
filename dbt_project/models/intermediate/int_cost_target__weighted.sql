-- What a cost can be for, and the systems among which it is then divided: by users
-- where all of them are known, else in equal parts.
{{ config(materialized="table") }}

with
    owners as (
        select expanded.system_id, expanded.system_use_id, uses.user_count
        from {{ ref("int_system_use__shared_expanded") }} as expanded
        inner join
            {{ ref("int_system_use__deduplicated") }} as uses
            on expanded.system_use_id = uses.system_use_id
        where expanded.is_owner
    ),

    projects as (
        select distinct
            {{
                make_id(
                    ["investments.administration_code", "investments.project_code"]
                )
            }} as target_id, uses.system_use_id
        from
            {{ ref("stg_investments") }} as investments
            {{ cross_join_codes("investments.system_keys", "keys", "split_key") }}
        inner join
            {{ ref("int_system_use__deduplicated") }} as uses
            on investments.administration_code = uses.administration_code
            and trim(keys.split_key) = uses.system_key
    ),

    targets as (
        select
            system_id as target_id,
            cast(null as {{ dbt.type_string() }}) as contract_id,
            system_use_id
        from owners
        union all
        select
            contracts.contract_id as target_id,
            contracts.contract_id,
            bridged.system_use_id
        from {{ ref("int_contract__deduplicated") }} as contracts
        left join
            {{ ref("int_contract_system__bridged") }} as bridged
            on contracts.contract_id = bridged.contract_id
            and bridged.system_use_id is not null
        union all
        select
            target_id,
            cast(null as {{ dbt.type_string() }}) as contract_id,
            system_use_id
        from projects
    ),

    weighted as (
        select
            targets.target_id,
            targets.contract_id,
            owners.system_id,
            owners.user_count,
            count(*) over (partition by targets.target_id) as part_count,
            row_number() over (
                partition by targets.target_id order by owners.system_id
            ) as part_number,
            min(coalesce(owners.user_count, 0)) over (
                partition by targets.target_id
            ) as least_user_count
        from targets
        left join owners on targets.system_use_id = owners.system_use_id
    )

select
    target_id,
    contract_id,
    system_id,
    part_number,
    part_count,
    case
        when part_count = 1
        then 'whole'
        when least_user_count > 0
        then 'users'
        else 'equal'
    end as split_code,
    cast(
        case
            when part_count > 1 and least_user_count > 0 then user_count else 1
        end as bigint
    ) as split_weight,
    cast(
        sum(
            case when part_count > 1 and least_user_count > 0 then user_count else 1 end
        ) over (partition by target_id) as bigint
    ) as split_weight_total
from weighted
