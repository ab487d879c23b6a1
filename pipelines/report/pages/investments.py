"""What is being invested, by whom, from which purse, against which budget; and the committee's table."""

from collections.abc import Iterator

from pipelines.report import charts
from pipelines.report.page import Page, Sources

MEASURES = ("adopted", "adjusted", "committed", "actual", "forecast")
SUMS = ", ".join(f"sum({name}_amount) as {name}_amount" for name in MEASURES)
LATEST = "from mart_investment_overview where line_kind = 'investment' and is_latest_version"
YEARS = f"""
    select fiscal_year, {SUMS} {LATEST} group by fiscal_year
    having coalesce({", ".join(f"sum({name}_amount)" for name in MEASURES)}) is not null order by fiscal_year
"""
ADMINISTRATIONS = f"""
    select administration_code, any_value(administration_name) as administration_name, fiscal_year,
        count(distinct project_code) as project_count, {SUMS},
        sum(variance_amount) as variance_amount,
        max(sign_off_state_code) as sign_off_state_code
    {LATEST} and fiscal_year between ? - 1 and ? + 1
    group by administration_code, fiscal_year order by administration_name, fiscal_year
"""
PURSES = f"""
    select coalesce(financing_route_code, 'no_route') as financing_route_code,
        coalesce(steering_area_code, 'no_area') as steering_area_code,
        fiscal_year, count(distinct (administration_code, project_code)) as project_count, {SUMS}
    {LATEST} and fiscal_year between ? - 1 and ? + 1
    group by all order by all
"""
RUNNING = f"""
    select administration_code, any_value(administration_name) as administration_name, fiscal_year, {SUMS}
    from mart_investment_overview
    where line_kind = 'run' and is_latest_version and not is_also_investment and fiscal_year between ? - 1 and ? + 1
    group by administration_code, fiscal_year order by administration_name, fiscal_year
"""
COMMITTEE = """
    select * from mart_investment_committee_table
    order by committee_name nulls last, administration_code, project_name, project_code
"""
BENEFITS = f"""
    select sum(planned_cashable_benefit_amount) as planned_cashable, sum(planned_non_cashable_benefit_amount) as planned_other,
        sum(realised_cashable_benefit_amount) as realised_cashable, sum(realised_non_cashable_benefit_amount) as realised_other,
        min(fiscal_year) as from_year, max(fiscal_year) as to_year, count(distinct price_year) as price_year_count,
        min(price_year) as price_year
    {LATEST}
"""


def investments(sources: Sources) -> Iterator[Page]:
    """`investments.html`."""
    tables, language = sources.tables, sources.language
    year = sources.release["as_of_date"].year
    years = tables.rows(YEARS)
    names = {f"{name}_amount": language.word(name) for name in ("adopted", "actual", "forecast")}
    yield Page(
        path="investments.html",
        template="investments.html.j2",
        title=str(language.text("What is being invested, by whom, from which purse, against which budget?")),
        section="investments.html",
        tables=("mart_investment_overview", "mart_investment_committee_table"),
        content={
            "measures": MEASURES,
            "years": years,
            "year_chart": charts.grouped_bars(years, "fiscal_year", names, language),
            "administrations": tables.rows(ADMINISTRATIONS, year, year),
            "purses": tables.rows(PURSES, year, year),
            "running": tables.rows(RUNNING, year, year),
            "benefits": tables.row(BENEFITS),
            "committee": tables.rows(COMMITTEE),
            "prices": tables.rows(f"select distinct price_year {LATEST} and price_year is not null order by 1"),
        },
    )
