-- Payback in whole years: the first year, counted from the first of the investment as
-- 1, in which the benefits added up cover the whole investment, undiscounted, in one
-- price year. Benefits grow as the project plans them (phase-in); after the last
-- planned year that year's benefit goes on.
with
    years as (
        select
            administration_code,
            project_code,
            fiscal_year,
            sum(planned_real_amount) as planned_amount,
            sum(benefit_real_amount) as benefit_amount,
            min(case when is_priced then 1 else 0 end) as priced_flag
        from {{ ref("int_investment_year__priced") }}
        group by administration_code, project_code, fiscal_year
    ),

    projects as (
        select
            administration_code,
            project_code,
            min(priced_flag) = 1 as is_priced,
            min(
                case when planned_amount <> 0 then fiscal_year end
            ) as first_investment_year,
            max(
                case when benefit_amount is not null then fiscal_year end
            ) as full_phase_in_year,
            sum(planned_amount) as investment_amount,
            coalesce(sum(benefit_amount), 0) as planned_benefit_amount
        from years
        group by administration_code, project_code
    ),

    cumulated as (
        select
            years.administration_code,
            years.project_code,
            years.fiscal_year,
            years.benefit_amount,
            projects.full_phase_in_year,
            projects.investment_amount,
            sum(coalesce(years.benefit_amount, 0)) over (
                partition by years.administration_code, years.project_code
                order by years.fiscal_year
                rows between unbounded preceding and current row
            ) as cumulated_amount
        from years
        inner join
            projects
            on years.administration_code = projects.administration_code
            and years.project_code = projects.project_code
    ),

    covered as (
        select
            administration_code,
            project_code,
            min(
                case when cumulated_amount >= investment_amount then fiscal_year end
            ) as covered_year,
            max(
                case when fiscal_year = full_phase_in_year then benefit_amount end
            ) as full_benefit_amount
        from cumulated
        group by administration_code, project_code
    ),

    counted as (
        select
            projects.*,
            covered.covered_year,
            covered.full_benefit_amount,
            cast(covered.full_benefit_amount * 100 as bigint) as full_cents,
            cast(
                (projects.investment_amount - projects.planned_benefit_amount)
                * 100 as bigint
            ) as open_cents
        from projects
        inner join
            covered
            on projects.administration_code = covered.administration_code
            and projects.project_code = covered.project_code
    )

select
    administration_code,
    project_code,
    is_priced,
    first_investment_year,
    full_phase_in_year,
    cast(
        case
            when not is_priced or first_investment_year is null
            then null
            when covered_year is not null
            then greatest(covered_year - first_investment_year + 1, 1)
            when full_cents > 0
            then
                full_phase_in_year
                - first_investment_year
                + 1
                + {{ whole_quotient_up("open_cents", "full_cents") }}
        end as bigint
    ) as plan_payback_years
from counted
