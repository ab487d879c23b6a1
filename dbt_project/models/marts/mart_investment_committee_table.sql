with
    named as (
        select
            administration_code,
            project_code,
            min(project_name) as project_name,
            {{ only_value("status_code") }} as status_code,
            {{ only_value("financing_route_code") }} as financing_route_code,
            {{ only_value("capability_code") }} as capability_code
        from {{ ref("int_investment__pivoted") }}
        where is_latest_version
        group by administration_code, project_code
    ),

    summed as (
        select
            years.administration_code,
            years.project_code,
            {% for name, area in {
                "service": "= 'service'",
                "capital": "= 'anlaeg'",
                "transfer": "= 'overfoersler'",
            }.items() %}
                {{
                    in_millions(
                        "years.planned_real_amount",
                        "payback.is_priced and years.steering_area_code " ~ area,
                    )
                }} as {{ name }}_investment_millions,
            {% endfor %}
            {% for name, area in {
                "service": "= 'service'",
                "other": "<> 'service'",
            }.items() %}
                {{
                    in_millions(
                        "years.benefit_real_amount",
                        "payback.is_priced and years.fiscal_year = payback.full_phase_in_year"
                        ~ " and years.steering_area_code "
                        ~ area,
                    )
                }}
                as {{ name }}_efficiency_millions,
            {% endfor %}
            min(payback.plan_payback_years) as plan_payback_years,
            min(payback.first_investment_year) as first_investment_year,
            min(payback.full_phase_in_year) as full_phase_in_year
        from {{ ref("int_investment_year__priced") }} as years
        inner join
            {{ ref("int_investment_payback__calculated") }} as payback
            on years.administration_code = payback.administration_code
            and years.project_code = payback.project_code
        group by years.administration_code, years.project_code
    )

select
    named.project_code,
    named.project_name,
    summed.service_investment_millions,
    summed.capital_investment_millions,
    summed.transfer_investment_millions,
    summed.service_efficiency_millions,
    summed.other_efficiency_millions,
    summed.plan_payback_years,
    committees.committee_name,
    named.administration_code,
    administrations.administration_name,
    moved.current_administration_code,
    moved.current_administration_source,
    named.status_code,
    named.financing_route_code,
    summed.first_investment_year,
    summed.full_phase_in_year,
    {{ report_price_year() }} as price_year,
    {{ currency_code() }} as currency_code
from named
inner join
    summed
    on named.administration_code = summed.administration_code
    and named.project_code = summed.project_code
inner join
    {{ ref("dim_administration") }} as administrations
    on named.administration_code = administrations.administration_code
    and administrations.is_current
inner join
    {{ ref("int_administration_task__transferred") }} as moved
    on named.administration_code = moved.administration_code
    and coalesce(named.capability_code, '') = moved.capability_code
left join
    {{ ref("int_committee__dated") }} as committees
    on moved.current_administration_code = committees.administration_code
