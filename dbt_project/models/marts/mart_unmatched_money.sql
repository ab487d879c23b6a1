{%- set missing = {
    "system_without_cost": "yearly_cost_amount is null and system_id not in (select system_id from spent where system_id is not null)",
    "system_without_contract": "contract_count = 0 and administration_code in (select administration_code from listing)",
} -%}
{%- set finding = (
    "finding_code, administration_code, subject_kind_code, subject_key"
) -%}
with
    spent as (select distinct system_id from {{ ref("fct_it_spend") }}),

    listing as (select distinct administration_code from {{ ref("dim_contract") }}),

    by_cost_centre as (
        select
            {{ finding }},
            cost_centre_code,
            min(subject_name) as subject_name,
            sum(posting_amount) as posting_amount,
            count(*) as posting_count,
            min(posting_date) as first_date,
            max(posting_date) as last_date,
            row_number() over (
                partition by {{ finding }}
                order by
                    case when cost_centre_code is null then 1 else 0 end,
                    abs(sum(posting_amount)) desc,
                    cost_centre_code
            ) as cost_centre_rank
        from {{ ref("fct_unmatched_posting") }}
        group by {{ finding }}, cost_centre_code
    ),

    findings as (
        select
            finding_code,
            administration_code,
            cast(null as {{ dbt.type_string() }}) as owner_unit_id,
            cast(null as {{ dbt.type_string() }}) as owner_unit_name,
            max(
                case when cost_centre_rank = 1 then cost_centre_code end
            ) as cost_centre_code,
            subject_kind_code,
            subject_key,
            min(subject_name) as subject_name,
            sum(posting_amount) as finding_amount,
            sum(posting_count) as finding_count,
            min(first_date) as first_date,
            max(last_date) as last_date
        from by_cost_centre
        group by {{ finding }}
        union all
        select
            'contract_without_posting' as finding_code,
            contracts.administration_code,
            contracts.owner_unit_id,
            contracts.owner_unit_name,
            cast(null as {{ dbt.type_string() }}) as cost_centre_code,
            'contract' as subject_kind_code,
            contracts.contract_id as subject_key,
            contracts.contract_name as subject_name,
            contracts.yearly_amount as finding_amount,
            1 as finding_count,
            contracts.contract_start_date as first_date,
            contracts.contract_last_date as last_date
        from {{ ref("fct_unpaid_contract") }} as unpaid
        inner join
            {{ ref("dim_contract") }} as contracts
            on unpaid.contract_id = contracts.contract_id
        {% for code, condition in missing.items() %}
            union all
            select
                '{{ code }}' as finding_code,
                administration_code,
                owner_unit_id,
                owner_unit_name,
                cast(null as {{ dbt.type_string() }}) as cost_centre_code,
                'system' as subject_kind_code,
                system_id as subject_key,
                system_name as subject_name,
                yearly_cost_amount as finding_amount,
                1 as finding_count,
                use_start_date as first_date,
                use_end_date as last_date
            from {{ ref("dim_system") }}
            where is_owner and is_in_use and {{ condition }}
        {% endfor %}
    )

select
    {{
        make_id(
            [
                "finding_code",
                "findings.administration_code",
                "subject_kind_code",
                "subject_key",
            ]
        )
    }} as finding_id,
    findings.finding_code,
    findings.administration_code,
    administrations.administration_name,
    findings.owner_unit_id,
    findings.owner_unit_name,
    findings.cost_centre_code,
    findings.subject_kind_code,
    findings.subject_key,
    findings.subject_name,
    cast(findings.finding_amount as decimal(18, 2)) as finding_amount,
    cast(findings.finding_count as bigint) as finding_count,
    findings.first_date as finding_from_date,
    findings.last_date as finding_to_date,
    {{ currency_code() }} as currency_code
from findings
inner join
    {{ ref("dim_administration") }} as administrations
    on findings.administration_code = administrations.administration_code
    and administrations.is_current
