"""Budget follow-ups as four senders write them. What the amounts are is in plans.py."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pipelines.sample import formats
from pipelines.sample.catalogue import ADMINISTRATIONS
from pipelines.sample.extract import (
    Extract,
    Fault,
    Line,
    Part,
    danish_number,
    lines_of,
    plant,
    table,
    whole,
    with_parts,
)
from pipelines.sample.habits import editor
from pipelines.sample.plans import (
    MEASURES,
    BudgetLine,
    budget_lines,
)
from pipelines.sample.world import World

SHARED = ("okf", "kff", "sof", "bif")
FOLLOW_UPS = (date(2026, 6, 30), date(2026, 10, 31))
WIDE = ("Vedtaget budget", "Korrigeret budget", "Forbrug", "Disponeret", "Forventet regnskab")


def budget_extracts(world: World) -> list[Extract]:
    """Every follow-up of every sender, oldest first."""
    extracts = []
    for day in FOLLOW_UPS:
        lines = budget_lines(world, day)
        extracts += [maker(lines, day, day == FOLLOW_UPS[-1]) for maker in (_kvantum, _buf, _suf, _tmf)]
    return extracts


def _mine(lines: list[BudgetLine], *codes: str) -> list[BudgetLine]:
    return [line for line in lines if line.administration_code in codes]


def _wide(number: int, write: Callable[[Decimal], object]) -> Callable[[BudgetLine], object]:
    """A column of the follow-up: the measure with that number, empty when unknown."""

    def cell(line: BudgetLine) -> object:
        amount = line.amounts[number]
        return None if amount is None else write(amount)

    return cell


def _parts_in(unit: int, places: int, version: str = "") -> Callable[[Line], tuple[Part, ...]]:
    """A row's measures as the file can say them: rounded to its decimals, back in kr."""

    def parts(line: Line) -> tuple[Part, ...]:
        b = line.origin
        assert isinstance(b, BudgetLine)
        amounts = [None if a is None else round(a / unit, places) * unit for a in b.amounts]
        return tuple(Part(name, b.year, version or b.version, a) for name, a in zip(MEASURES, amounts, strict=True))

    return parts


def _kvantum(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
    """The shared finance system's follow-up: a column per measure, kroner and øre, several administrations."""
    columns: dict[str, Callable[[BudgetLine], object]] = {
        "Selskab": lambda b: ADMINISTRATIONS[b.administration_code].company_code,
        "Budgetlinje": lambda b: b.key,
        "Budgetlinje tekst": lambda b: b.name,
        "Budgetår": lambda b: str(b.year),
        "Version": lambda b: b.version,
        "Funktion": lambda b: b.function_code,
        "Dranst": lambda b: b.dranst_code,
        "Omkostningssted": lambda b: b.cost_centre,
        "PSP-element": lambda b: b.project_code,
        **{name: _wide(n, danish_number) for n, name in enumerate(WIDE)},
        "Afvigelse": lambda b: (
            "" if b.amounts[1] is None or b.amounts[2] is None else danish_number(b.amounts[1] - b.amounts[2])
        ),
        "Budgetansvarlig": lambda b: editor(b.key),
    }
    rows = with_parts(lines_of(_mine(lines, *SHARED), columns), _parts_in(1, 2))
    if newest:
        faults = [Fault("unknown_administration", "Selskab", "8000"), Fault("not_a_year", "Budgetår", "26/27")]
        rows = plant(rows, faults, "kvantum budgets", ("Budgetlinje", "99"))
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8-sig")
    return Extract(
        "_shared.budgets", f"kvantum_budgetopfoelgning_{day:%Y-%m}.csv", day, rows, 2, content, in_force=newest
    )


def _buf(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
    """A spreadsheet in thousands of kroner with one decimal, title above, sum below."""
    columns: dict[str, Callable[[BudgetLine], object]] = {
        "Konto": lambda b: b.key,
        "Tekst": lambda b: b.name,
        "År": lambda b: b.year,
        "Version": lambda b: b.version,
        "Styring": lambda b: "Anlæg" if b.dranst_code == "3" else "Drift",
        **{name: _wide(n, lambda amount: round(amount / 1000, 1)) for n, name in enumerate(WIDE)},
        "Bemærkning": lambda b: "",
    }
    mine = _mine(lines, "buf")
    rows = with_parts(lines_of(mine, columns), _parts_in(1000, 1))
    if newest:
        rows = plant(
            rows, [Fault("not_an_amount", "Forbrug", "afventer", loses="actual")], "buf budgets", ("Konto", "99")
        )
    total = {"Konto": "I alt", WIDE[0]: sum((round(b.amounts[0] / 1000, 1) for b in mine if b.amounts[0]), Decimal(0))}
    rows.append(Line(total, fault="total"))
    title = "Budgetopfølgning, Børne- og Ungdomsforvaltningen"
    above: list[list[formats.Cell]] = [[title], ["Opgjort pr.", day], ["1.000 kr., årets priser"], []]
    content = formats.xlsx_bytes("Opfølgning", table(list(columns), rows, above))
    return Extract("buf.budgets", f"Budgetopfølgning BUF {day:%Y-%m}.xlsx", day, rows, 6, content, in_force=newest)


def _suf(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
    """Millions of kroner; each follow-up is kept, its version is in the file's name."""
    columns: dict[str, Callable[[BudgetLine], object]] = {
        "Linje": lambda b: b.key,
        "Linjetekst": lambda b: b.name,
        "Regnskabsår": lambda b: str(b.year),
        "Dranst": lambda b: b.dranst_code,
        "Vedtaget": _wide(0, _millions),
        "Korrigeret": _wide(1, _millions),
        "Forbrug": _wide(2, _millions),
        "Disponeret": _wide(3, _millions),
        "Prognose": _wide(4, _millions),
    }
    rows = with_parts(lines_of(_mine(lines, "suf"), columns), _parts_in(1_000_000, 3, f"{day:%Y-%m}"))
    if newest:
        rows = plant(
            rows, [Fault("not_an_amount", "Prognose", "2,5 mio.", loses="forecast")], "suf budgets", ("Linje", "99")
        )
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8")
    return Extract("suf.budgets", f"opfoelgning_{day:%Y-%m}.csv", day, rows, 2, content, states_business_date=True)


def _millions(amount: Decimal) -> str:
    return f"{amount / 1_000_000:.3f}".replace(".", ",")


def _tmf(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
    """A row per line and measure, a column per year; the version is in the file's name. Empty means unknown."""
    names = ("Vedtaget", "Korrigeret", "Forbrug", "Disponeret", "Forventet")
    years = (2024, 2025, 2026, 2027)
    by_key: dict[str, dict[int, BudgetLine]] = {}
    for line in _mine(lines, "tmf"):
        by_key.setdefault(line.key, {})[line.year] = line
    rows = []
    for key, found in by_key.items():
        any_year = next(iter(found.values()))
        for number, name in enumerate(names):
            amounts = {y: found[y].amounts[number] if y in found else Decimal(0) for y in years}
            parts = tuple(Part(MEASURES[number], y, f"{day:%Y-%m}", amount) for y, amount in amounts.items())
            cells: dict[str, object] = {
                "Linje": key,
                "Navn": any_year.name,
                "Dranst": any_year.dranst_code,
                "Mål": name,
            }
            cells |= {str(p.year): "" if p.amount is None else f"{p.amount:.2f}".replace(".", ",") for p in parts}
            rows.append(whole(Line(cells, origin=any_year), parts))
    if newest:
        rows = plant(rows, [Fault("unknown_code", "Mål", "Ønske")], "tmf budgets", ("Linje", "99"))
    content = formats.csv_bytes(table(["Linje", "Navn", "Dranst", "Mål", *map(str, years)], rows), "|", "iso-8859-1")
    return Extract(
        "tmf.budgets", f"BUDGET_TMF_{day:%Y-%m}.txt", day, rows, 2, content, states_business_date=True, in_force=newest
    )
