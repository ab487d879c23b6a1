"""Where one solution would serve several: the ranked list, and for each candidate who, what, when, why not, and its case."""

from collections.abc import Iterator
from typing import Any

from pipelines.report import charts
from pipelines.report.names import slug
from pipelines.report.page import Page, Sources
from pipelines.report.released import Row

RANKED = """
    select candidate.*, cases.* exclude (candidate_id, candidate_name, is_advised_against, administration_codes, administration_count)
    from mart_shared_solution_candidate candidate left join mart_business_case cases using (candidate_id)
    order by candidate_rank
"""
SYSTEMS = """
    select link.candidate_id, system.* from fct_candidate_system link inner join mart_it_landscape system using (system_id)
    order by 1, administration_code, system_name
"""
WINDOW = "select * from mart_common_expiry_window order by candidate_id, administration_code, contract_name"
BY_ADMINISTRATION = """
    select shares.*, administrations.administration_name from mart_business_case_by_administration shares
    left join dim_administration administrations on shares.administration_code = administrations.administration_code and is_current
    order by candidate_id, cashable_net_present_value_amount desc nulls last, administration_code
"""
INPUTS = """
    select * from mart_business_case_sensitivity
    order by candidate_id, sensitivity_kind_code, swing_rank nulls last, sensitivity_name
"""
LINES = """
    select candidate_id, case_line_code, cash_flow_kind_code, is_cashable, sum(cash_flow_amount) as amount
    from mart_business_case_cash_flow group by all order by candidate_id, cash_flow_kind_code, amount, case_line_code
"""
TORNADO_BARS = 8


def solutions(sources: Sources) -> Iterator[Page]:
    """`solutions.html`, and `solutions/<candidate_id>.html` for each candidate."""
    tables, language = sources.tables, sources.language
    ranked = tables.rows(RANKED)
    yield Page(
        path="solutions.html",
        template="solutions.html.j2",
        title=str(language.text("Where would one solution serve several?")),
        section="solutions.html",
        tables=("mart_shared_solution_candidate", "mart_business_case"),
        content={
            "ranked": ranked,
            "best_count": sum(1 for c in ranked if (c["net_present_value_p50_amount"] or 0) > 0),
        },
    )
    parts = {name: tables.grouped(sql, "candidate_id") for name, sql in _PARTS.items()}
    for candidate in ranked:
        of = {name: found.get(candidate["candidate_id"], []) for name, found in parts.items()}
        yield Page(
            path=f"solutions/{slug(candidate['candidate_id'])}.html",
            template="solution.html.j2",
            title=candidate["candidate_name"],
            section="solutions.html",
            content={"c": candidate, "count": len(ranked), **of, **_charts(candidate, of, sources)},
        )


_PARTS = {
    "systems": SYSTEMS,
    "window": WINDOW,
    "shares": BY_ADMINISTRATION,
    "inputs": INPUTS,
    "lines": LINES,
}


def _charts(candidate: Row, of: dict[str, list[Row]], sources: Sources) -> dict[str, Any]:
    """The charts of a case; nothing where there is no case."""
    if candidate["net_present_value_p50_amount"] is None:
        return {"range_chart": None, "tornado_chart": None, "winners_chart": None, "swings": []}
    language = sources.language
    swings = [r for r in of["inputs"] if r["swing_rank"] is not None and r["swing_rank"] <= TORNADO_BARS]
    return {
        "swings": swings,
        "range_chart": charts.outcome_range(candidate, language),
        "tornado_chart": charts.tornado(swings, candidate["net_present_value_amount"], language),
        "winners_chart": charts.winners_and_losers(
            of["shares"], "administration_code", "cashable_net_present_value_amount", language
        ),
    }
