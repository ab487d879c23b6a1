{%- set as_of_year = "extract(year from " ~ as_of_date() ~ ")" -%}
{%- set near_years -%}
    fiscal_year between {{ as_of_year }} - 1 and {{ as_of_year }} + 1
{%- endset -%}
-- Few figures and all of one kind: what an administration can hold against its own
-- books. Years are those around the as-of date, so that a closed one can be signed.
with
    systems as (
        select
            administration_code,
            count(*) as system_count,
            sum(yearly_cost_amount) as cost_amount
        from {{ ref("dim_system") }}
        where is_owner and is_in_use
        group by administration_code
    ),

    spend as (
        select administration_code, fiscal_year, sum(spend_amount) as amount
        from {{ ref("fct_it_spend") }}
        where {{ near_years }} and not is_eliminated
        group by administration_code, fiscal_year
    ),

    investments as (
        select administration_code, fiscal_year, sum(adopted_amount) as amount
        from {{ ref("int_investment__pivoted") }}
        where {{ near_years }}
        group by administration_code, fiscal_year
    ),

    figures as (
        select
            administration_code,
            'systems_in_use' as figure_code,
            'systems_in_use' as figure_kind_code,
            cast(null as {{ dbt.type_int() }}) as fiscal_year,
            'systems' as figure_unit_code,
            cast(system_count as decimal(18, 2)) as figure_value
        from systems
        union all
        select
            administration_code,
            'yearly_cost' as figure_code,
            'yearly_cost' as figure_kind_code,
            cast(null as {{ dbt.type_int() }}) as fiscal_year,
            'currency' as figure_unit_code,
            cast(cost_amount as decimal(18, 2)) as figure_value
        from systems
        {%- for kind, source in {
                "it_spend": "spend",
                "investment_adopted": "investments",
            }.items() %}
            union all
            select
                administration_code,
                {{
                    dbt.concat(
                        [
                            "'" ~ kind ~ "_'",
                            "cast(fiscal_year as " ~ dbt.type_string() ~ ")",
                        ]
                    )
                }} as figure_code,
                '{{ kind }}' as figure_kind_code,
                fiscal_year,
                'currency' as figure_unit_code,
                cast(amount as decimal(18, 2)) as figure_value
            from {{ source }}
        {%- endfor %}
    )

select
    figures.administration_code,
    figures.figure_code,
    figures.figure_kind_code,
    figures.fiscal_year,
    figures.figure_unit_code,
    figures.figure_value,
    case
        when decided.figure_value = figures.figure_value
        then
            case
                decided.decision_code when 'signed' then 'signed_off' else 'disputed'
            end
        else 'open'
    end as sign_off_state_code,
    decided.decision_code as last_decision_code,
    decided.release_id as decided_release_id,
    decided.figure_value as decided_value,
    coalesce(
        decided.figure_value <> figures.figure_value, decided.figure_value is not null
    ) as is_changed_since_decision,
    decided.decided_by_role_name,
    decided.decided_date,
    decided.decision_reason
from figures
left join
    {{ ref("dim_sign_off") }} as decided
    on figures.administration_code = decided.administration_code
    and figures.figure_code = decided.figure_code
    and decided.is_newest_decision
