"""The first page: what we have, what it costs, what is invested, what is new, and what cannot be trusted yet."""

from collections.abc import Iterator

from pipelines.report import charts
from pipelines.report.page import Page, Sources

FIGURES = """
    select
        administration_code, any_value(administration_name) as administration_name,
        max(figure_value) filter (figure_kind_code = 'systems_in_use') as system_count,
        max(sign_off_state_code) filter (figure_kind_code = 'systems_in_use') as system_state,
        max(figure_value) filter (figure_kind_code = 'yearly_cost') as cost_amount,
        max(sign_off_state_code) filter (figure_kind_code = 'yearly_cost') as cost_state,
        max(figure_value) filter (figure_kind_code = 'it_spend' and fiscal_year = $1 - 1) as spend_amount,
        max(sign_off_state_code) filter (figure_kind_code = 'it_spend' and fiscal_year = $1 - 1) as spend_state,
        max(figure_value) filter (figure_kind_code = 'investment_adopted' and fiscal_year = $1) as investment_amount,
        max(sign_off_state_code) filter (figure_kind_code = 'investment_adopted' and fiscal_year = $1) as investment_state
    from mart_sign_off
    group by administration_code
    order by system_count desc nulls last, administration_code
"""
KNOWN = """
    select count(*) as system_count, count(yearly_cost_amount) as priced_count, sum(yearly_cost_amount) as cost_amount,
        round(100.0 * count(yearly_cost_amount) / nullif(count(*), 0), 1) as priced_pct,
        count(distinct product_id) as product_count, count(distinct supplier_id) as supplier_count
    from mart_it_landscape where is_owner and is_in_use
"""
SPENT = """
    select sum(spend_amount) as spend_amount,
        round(sum(matched_spend_pct * abs(spend_amount)) / nullif(sum(abs(spend_amount)), 0), 1) as matched_pct
    from mart_it_spend where fiscal_year = ? and not is_eliminated
"""
SPEND_BY_KIND = """
    select administration_code, spend_kind_code, sum(spend_amount) as spend_amount
    from mart_it_spend where fiscal_year = ? and not is_eliminated group by all order by all
"""
INVESTED = """
    select sum(adopted_amount) as adopted_amount, count(distinct (administration_code, project_code)) as project_count
    from mart_investment_overview where line_kind = 'investment' and fiscal_year = ?
"""
CASES = """
    select count(*) as candidate_count, count(*) filter (not is_advised_against) as open_count,
        (select count(*) from mart_business_case where net_present_value_p50_amount > 0 and not is_advised_against) as paying_count,
        (select sum(net_present_value_p50_amount) from mart_business_case where net_present_value_p50_amount > 0
            and not is_advised_against) as gain_amount
    from mart_shared_solution_candidate
"""
UNTRUSTED = """
    select finding_code, sum(finding_amount) as amount, sum(finding_count) as finding_count,
        count(distinct administration_code) as administration_count
    from mart_unmatched_money group by finding_code order by abs(sum(finding_amount)) desc nulls last, finding_code
"""
CHANGES = """
    select item_kind_code, change_code, cause_code, count(*) as change_count, sum(difference_amount) as difference_amount
    from mart_release_change group by all order by abs(sum(difference_amount)) desc nulls last, 1, 2, 3 limit 12
"""
AWAITED = """
    select (select count(*) from dim_data_contract where is_late) as late_count,
        (select count(*) from fct_delivery where delivery_status_code = 'refused' and is_replacement_due) as refused_count
"""


def overview(sources: Sources) -> Iterator[Page]:
    """`index.html`."""
    tables, language = sources.tables, sources.language
    year = sources.release["as_of_date"].year
    by_kind = tables.rows(SPEND_BY_KIND, year - 1)
    yield Page(
        path="index.html",
        template="overview.html.j2",
        title=str(language.text("The IT portfolio at a glance")),
        section="index.html",
        tables=("mart_sign_off", "mart_it_spend", "mart_unmatched_money", "mart_release_change"),
        content={
            "year": year,
            "figures": tables.rows(FIGURES, year),
            "known": tables.row(KNOWN),
            "spent": tables.row(SPENT, year - 1),
            "spend_chart": charts.stacked_bars(
                by_kind, "administration_code", "spend_amount", "spend_kind_code", language
            ),
            "invested": tables.row(INVESTED, year),
            "cases": tables.row(CASES),
            "untrusted": tables.rows(UNTRUSTED),
            "changes": tables.rows(CHANGES),
            "awaited": tables.row(AWAITED),
        },
    )
