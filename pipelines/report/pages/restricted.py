"""What is not for everybody: who pays more for the same, critical systems without support, and reasons against sharing."""

from collections.abc import Iterator

from pipelines.report.page import Page, Sources

PRICES = """
    select * from mart_price_spread where unit_price_amount is not null and administration_count > 1
    order by sum(saving_at_median_amount) over (partition by product_id) desc nulls last, product_name, product_id,
        unit_price_amount desc, administration_code
"""
SAVINGS = """
    select sum(saving_at_median_amount) as at_median, sum(saving_at_lowest_amount) as at_lowest,
        count(distinct product_id) filter (saving_at_median_amount > 0) as product_count from mart_price_spread
"""
UNSUPPORTED = """
    select * from mart_it_landscape
    where is_in_use and is_owner and (support_status_code = 'unsupported' or support_end_date < cast(? as date) + interval 12 month)
    order by case criticality_code when 'vital' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end,
        support_end_date nulls last, administration_code, system_name
"""
KNOWN_SUPPORT = """
    select count(*) as system_count, count(*) filter (support_status_code <> 'unknown') as known_count,
        round(100.0 * count(*) filter (support_status_code <> 'unknown') / nullif(count(*), 0), 1) as known_pct
    from mart_it_landscape where is_in_use and is_owner
"""
REASONS = """
    select candidate_rank, candidate_id, candidate_name, administration_codes, barrier_codes, is_advised_against, yearly_cost_amount
    from mart_shared_solution_candidate where barrier_codes is not null order by candidate_rank
"""


def prices(sources: Sources) -> Iterator[Page]:
    """`prices.html`."""
    yield Page(
        path="prices.html",
        template="prices.html.j2",
        title=str(sources.language.text("Who pays more for the same?")),
        section="prices.html",
        tables=("mart_price_spread",),
        content={"prices": sources.tables.rows(PRICES), "savings": sources.tables.row(SAVINGS)},
    )


def support(sources: Sources) -> Iterator[Page]:
    """`index.html`: critical systems without support come first of what is restricted."""
    today = sources.release["as_of_date"]
    yield Page(
        path="index.html",
        template="support.html.j2",
        title=str(sources.language.text("Which systems are, or will be, without support?")),
        section="index.html",
        tables=("mart_it_landscape",),
        content={
            "systems": sources.tables.rows(UNSUPPORTED, today),
            "known": sources.tables.row(KNOWN_SUPPORT),
        },
    )


def reasons(sources: Sources) -> Iterator[Page]:
    """`reasons.html`."""
    yield Page(
        path="reasons.html",
        template="reasons.html.j2",
        title=str(sources.language.text("What speaks against sharing?")),
        section="reasons.html",
        tables=("mart_shared_solution_candidate",),
        content={"reasons": sources.tables.rows(REASONS)},
    )
