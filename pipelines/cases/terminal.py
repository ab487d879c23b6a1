"""A business case as a person reads it on a terminal. Figures come from the rows of the marts, so that both say the same."""

from collections.abc import Mapping
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.cases.case import Case, simulated
from pipelines.cases.rounding import as_amount
from pipelines.cases.rows import Row, administration_rows, case_row, in_kroner
from pipelines.terminal import console as wide_console

WIDTH = 180  # of the table of administrations: no figure is cut, whatever the terminal says
BUDGET = {
    "case_investment_amount": "Investment", "investment_service_amount": "... service", "investment_anlaeg_amount": "... anlæg",
    "investment_overfoersler_amount": "... overførsler", "yearly_effect_amount": "Yearly effect at full phase-in",
    "payback_years": "Payback (years, the first counts 0)", "cashable_net_present_value_amount": "NPV of what the budget sees",
    "suggested_route_code": "Financing route",
}  # fmt: skip
ECONOMY = {
    "net_present_value_amount": "Net present value (NPV), hours that free no money included",
    "internal_rate_pct": "Internal rate (per cent)", "internal_rate_missing_code": "No internal rate because",
    "total_cost_of_ownership_amount": "Total cost of ownership", "today_cost_of_ownership_amount": "... if nothing is done",
    "net_present_value_p10_amount": "NPV, P10", "net_present_value_p50_amount": "NPV, P50", "net_present_value_p80_amount": "NPV, P80",
    "positive_draw_pct": "Draws that gain (per cent)", "confidence_code": "Confidence",
}  # fmt: skip
AGREEMENT = {
    "break_even_administration_count": "Administrations that must join", "smallest_paying_administration_codes": "... whom to win first",
    "has_core": "A sharing exists that every group gains by", "coalition_missing_code": "No sharing because",
    "compensation_total_amount": "Compensation between purses", "compensation_missing_code": "No compensation because",
}  # fmt: skip
VIEWS = {
    "The budget's view: not discounted, one price year, cashable only": BUDGET,
    "The socio-economic view: discounted, all benefits": ECONOMY,
    "Whom it takes": AGREEMENT,
}
PARTS = {
    "administration_code": "administration", "case_investment_amount": "investment", "case_cost_amount": "cost, all years",
    "case_gain_amount": "saved, all years", "net_present_value_amount": "NPV", "cashable_net_present_value_amount": "NPV, budget",
    "compensation_amount": "compensation", "shapley_share_amount": "Shapley share", "loan_yearly_payment_amount": "loan, a year",
}  # fmt: skip
NO_FIGURES = {
    "no_known_cost": "of none of its systems the yearly cost is known",
    "no_shared_cost": "the yearly cost is known at one administration only, so that nothing shared can be calculated",
}


def print_case(release: str, price_year: int, base: Case, changed: Case | None, values: Mapping[str, float]) -> None:
    """Print a case, beside it what it would be with other values, and what its figures hang on."""
    console = wide_console(WIDTH)
    candidate, last = base.candidate, changed or base
    console.print(f"{candidate.name} ({candidate.candidate_id}), release {release}")
    console.print(
        f"{len(candidate.uses)} systems at {', '.join(candidate.administrations)}; "
        f"years {base.setting.first_year} to {base.setting.first_year + last.setting.horizon}, prices of {price_year}"
    )
    if not base.has_figures:
        console.print(f"No figures: {NO_FIGURES[str(candidate.missing_code)]}.")
        return
    for name, value in values.items():
        console.print(f"set {name} = {value:,.10g} (the release: {base.assumptions[name]:,.10g})")
    _print_figures(console, _figures(base, price_year), _figures(changed, price_year) if changed else None)
    console.print(f"Financing: {last.route.reason}")
    _print_parts(console, last)
    _print_inputs(console, last)
    _print_loan(console, last)


def _figures(case: Case, price_year: int) -> Row:
    return case_row(case, price_year, None, simulated([case])[0])


def _print_figures(console: Console, base: Row, changed: Row | None) -> None:
    grid = Table(box=box.SIMPLE_HEAD)
    for name in ("", "case", *(["with what is set"] if changed else [])):
        grid.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for title, view in VIEWS.items():
        grid.add_row(title, style="bold")
        for name, label in view.items():
            cells = [base[name], *([changed[name]] if changed else [])]
            if any(cell is not None for cell in cells):
                grid.add_row(f"  {label}", *map(_text, cells))
    console.print(grid)


def _print_parts(console: Console, case: Case) -> None:
    grid = Table(box=box.SIMPLE_HEAD)
    for label in PARTS.values():
        grid.add_column(label, justify="left" if label == "administration" else "right", no_wrap=True)
    for row in administration_rows(case):
        grid.add_row(*(_text(row[name]) for name in PARTS))
    console.print(grid)


def _print_inputs(console: Console, case: Case) -> None:
    """The five inputs with the largest swing, and the scenarios."""
    grid = Table(box=box.SIMPLE_HEAD)
    for label in ("what it hangs on", "value", "low", "high", "NPV at low", "NPV at high", "breaks even at"):
        grid.add_column(label, justify="left" if label == "what it hangs on" else "right", no_wrap=True)
    for e in case.inputs[:5]:
        broken = e.break_even_reason if e.break_even is None else f"{e.break_even:,.2f}"
        grid.add_row(
            e.name,
            *(f"{v:,.10g}" for v in (e.value, e.low, e.high)),
            *(_text(in_kroner(v)) for v in (e.at_low, e.at_high)),
            broken,
        )
    for s in case.scenarios:
        grid.add_row(f"scenario {s.name}", "", "", "", "", _text(in_kroner(s.present_value)), "")
    console.print(grid)


def _print_loan(console: Console, case: Case) -> None:
    """The internal loan that would pay the whole investment, year by year."""
    grid = Table(box=box.SIMPLE_HEAD)
    for label in ("internal loan, nominal", "opening", "interest", "repayment", "payment"):
        grid.add_column(label, justify="left" if label == "internal loan, nominal" else "right", no_wrap=True)
    for row in case.loan(max(case.investment(), 0)):
        amounts = (row.opening, row.interest, row.repayment, row.payment)
        grid.add_row(f"year {row.year}", *(_text(as_amount(amount)) for amount in amounts))
    console.print(grid)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)
