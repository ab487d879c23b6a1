"""Budget follow-ups, investment overviews and assessments as files. What the amounts are is in plans.py."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from pipelines.sample import formats
from pipelines.sample.catalogue import ADMINISTRATIONS
from pipelines.sample.extract import (
    Extract,
    Fault,
    Line,
    Part,
    danish_date,
    danish_number,
    lines_of,
    plain,
    plant,
    table,
    whole,
    with_parts,
)
from pipelines.sample.plans import (
    MEASURES,
    Assessment,
    BudgetLine,
    InvestmentLine,
    administration_short,
    assessments,
    budget_lines,
    investment_lines,
)
from pipelines.sample.system_files import editor
from pipelines.sample.world import World

SHARED = ("okf", "kff", "sof", "bif")
FOLLOW_UPS = (date(2026, 6, 30), date(2026, 10, 31))
WIDE = ("Vedtaget budget", "Korrigeret budget", "Forbrug", "Disponeret", "Forventet regnskab")
INVESTMENT_NAMES = {
    "plan_adopted": "Vedtaget plan", "plan_adjusted": "Korrigeret plan", "committed": "Disponeret", "actual": "Forbrug",
    "forecast": "Forventet", "financing": "Finansiering", "benefit_cashable": "Gevinst, kontant", "benefit_non_cashable": "Gevinst, øvrig",
}  # fmt: skip
AREAS = {"service": "Service", "anlaeg": "Anlæg", "overfoersler": "Overførsler mv."}
ROUTES = {"pool": "Investeringspulje", "internal_loan": "Internt lån", "multi_year_frame": "Flerårig ramme", "own_budget": "Eget budget"}
STATUSES = {"idea": "Idé", "approved": "Godkendt", "running": "I gang", "paused": "På pause", "closed": "Afsluttet"}


def plan_extracts(world: World) -> list[Extract]:
    """All budget, investment and assessment files."""
    extracts = []
    for day in FOLLOW_UPS:
        lines = budget_lines(world, day)
        newest = day == FOLLOW_UPS[-1]
        extracts += [_kvantum(lines, day, newest), _buf_budget(lines, day, newest), _suf_budget(lines, day, newest),
                     _tmf_budget(lines, day, newest)]  # fmt: skip
        extracts += [_shared_investments(world, day, newest), _buf_investments(world, day, newest)]
    extracts += [_suf_investments(world), _tmf_investments(world)]
    return extracts + [_okf_scores(world), _suf_scores(world), _bif_scores(world), _tmf_scores(world)]


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
        "Afvigelse": lambda b: "" if b.amounts[1] is None or b.amounts[2] is None else danish_number(b.amounts[1] - b.amounts[2]),
        "Budgetansvarlig": lambda b: editor(b.key),
    }
    rows = with_parts(lines_of(_mine(lines, *SHARED), columns), _parts_in(1, 2))
    if newest:
        faults = [Fault("unknown_administration", "Selskab", "8000"), Fault("not_a_year", "Budgetår", "26/27")]
        rows = plant(rows, faults, "kvantum budgets", ("Budgetlinje", "99"))
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8-sig")
    return Extract("_shared.budgets", f"kvantum_budgetopfoelgning_{day:%Y-%m}.csv", day, rows, 2, content, in_force=newest)


def _buf_budget(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
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
        rows = plant(rows, [Fault("not_an_amount", "Forbrug", "afventer")], "buf budgets", ("Konto", "99"))
    total = {"Konto": "I alt", WIDE[0]: sum((round(b.amounts[0] / 1000, 1) for b in mine if b.amounts[0]), Decimal(0))}
    rows.append(Line(total, fault="total"))
    above: list[list[formats.Cell]] = [["Budgetopfølgning, Børne- og Ungdomsforvaltningen"], ["Opgjort pr.", day], ["1.000 kr., årets priser"], []]
    content = formats.xlsx_bytes("Opfølgning", table(list(columns), rows, above))
    return Extract("buf.budgets", f"Budgetopfølgning BUF {day:%Y-%m}.xlsx", day, rows, 6, content, in_force=newest)


def _suf_budget(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
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
        rows = plant(rows, [Fault("not_an_amount", "Prognose", "2,5 mio.")], "suf budgets", ("Linje", "99"))
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8")
    return Extract("suf.budgets", f"opfoelgning_{day:%Y-%m}.csv", day, rows, 2, content, states_business_date=True)


def _millions(amount: Decimal) -> str:
    return f"{amount / 1_000_000:.3f}".replace(".", ",")


def _tmf_budget(lines: list[BudgetLine], day: date, newest: bool) -> Extract:
    """A row per line and measure, a column per year; the version is in the file's name. Years without an amount are empty."""
    names = ("Vedtaget", "Korrigeret", "Forbrug", "Disponeret", "Forventet")
    years = (2024, 2025, 2026, 2027)
    by_key: dict[str, dict[int, BudgetLine]] = {}
    for line in _mine(lines, "tmf"):
        by_key.setdefault(line.key, {})[line.year] = line
    rows = []
    for key, found in by_key.items():
        any_year = next(iter(found.values()))
        for number, name in enumerate(names):
            parts = tuple(Part(MEASURES[number], y, f"{day:%Y-%m}", found[y].amounts[number] if y in found else None) for y in years)
            cells: dict[str, object] = {"Linje": key, "Navn": any_year.name, "Dranst": any_year.dranst_code, "Mål": name}
            cells |= {str(p.year): "" if p.amount is None else f"{p.amount:.2f}".replace(".", ",") for p in parts}
            rows.append(whole(Line(cells, origin=any_year), parts))
    if newest:
        rows = plant(rows, [Fault("unknown_code", "Mål", "Ønske")], "tmf budgets", ("Linje", "99"))
    content = formats.csv_bytes(table(["Linje", "Navn", "Dranst", "Mål", *map(str, years)], rows), "|", "iso-8859-1")
    return Extract("tmf.budgets", f"BUDGET_TMF_{day:%Y-%m}.txt", day, rows, 2, content, states_business_date=True, in_force=newest)


InvestmentColumns = Mapping[str, Callable[[InvestmentLine], object]]


def _investment_part(unit: int, places: int) -> Callable[[Line], tuple[Part, ...]]:
    def parts(line: Line) -> tuple[Part, ...]:
        i = line.origin
        assert isinstance(i, InvestmentLine)
        return (Part(i.line_code, i.year, i.version, round(i.amount / unit, places) * unit),)

    return parts


def _shared_investments(world: World, day: date, newest: bool) -> Extract:
    """The central list: four administrations, thousands of kroner, a row per line."""
    lines = [line for code in SHARED for line in investment_lines(world, code, day)]
    columns: InvestmentColumns = {
        "Forvaltning": lambda i: administration_short(i.project.administration_code),
        "Projektnr.": lambda i: i.project.project_code,
        "Projekt": lambda i: i.project.name,
        "År": lambda i: i.year,
        "Version": lambda i: i.version,
        "Linje": lambda i: INVESTMENT_NAMES[i.line_code],
        "Styringsområde": lambda i: AREAS[i.project.steering_area],
        "Finansiering": lambda i: ROUTES[i.project.route],
        "Status": lambda i: STATUSES[i.project.status],
        "Start": lambda i: i.project.start_date,
        "Slut": lambda i: i.project.end_date,
        "Opgave": lambda i: i.project.capability_code,
        "Systemer": lambda i: ", ".join(u.system_key for u in i.project.uses),
        "Beløb (1.000 kr.)": lambda i: round(i.amount / 1000, 2),
        "Projektleder": lambda i: editor(i.project.project_code),
    }
    rows = with_parts(lines_of(lines, columns), _investment_part(1000, 2))
    if newest:
        faults = [Fault("unknown_code", "Styringsområde", "Blandet"), Fault("unknown_administration", "Forvaltning", "KIT")]
        rows = plant(rows, faults, "shared investments", ("Projektnr.", "XA-9999-0000"))
    above: list[list[formats.Cell]] = [["Investeringsoversigt, fælles"], ["Beløb i 1.000 kr., 2026 p/l"]]
    content = formats.xlsx_bytes("Investeringer", table(list(columns), rows, above))
    return Extract("_shared.investments", f"investeringsoversigt_{day:%Y-%m}.xlsx", day, rows, 4, content, in_force=newest)


def _buf_investments(world: World, day: date, newest: bool) -> Extract:
    """A row per project and year, a column per line, thousands of kroner; lines that a year does not have are 0."""
    found: dict[tuple[str, int], dict[str, InvestmentLine]] = {}
    for line in investment_lines(world, "buf", day):
        found.setdefault((line.project.project_code, line.year), {})[line.line_code] = line
    rows = []
    for lines in found.values():
        one = next(iter(lines.values()))
        cells: dict[str, object] = {
            "Projekt-id": one.project.project_code, "Projektnavn": one.project.name, "År": one.year, "Version": one.version,
            "Område": AREAS[one.project.steering_area], "Kilde": ROUTES[one.project.route], "Status": STATUSES[one.project.status],
        }  # fmt: skip
        amounts = {code: round(lines[code].amount / 1000, 2) if code in lines else Decimal(0) for code in INVESTMENT_NAMES}
        cells |= {INVESTMENT_NAMES[code]: amount for code, amount in amounts.items()}
        rows.append(whole(Line(cells, origin=one), tuple(Part(c, one.year, one.version, a * 1000) for c, a in amounts.items())))
    headers = ["Projekt-id", "Projektnavn", "År", "Version", "Område", "Kilde", "Status", *INVESTMENT_NAMES.values()]
    if newest:
        rows = plant(rows, [Fault("missing", "Projektnavn")], "buf investments", ("Projekt-id", "XA-3000-9900"))
    rows.append(Line({"Projekt-id": "I alt"}, fault="total"))
    content = formats.xlsx_bytes("Projekter", table(headers, rows))
    return Extract("buf.investments", f"Projekter BUF {day:%Y-%m}.xlsx", day, rows, 2, content, in_force=newest)


def _suf_investments(world: World) -> Extract:
    """Millions of kroner with six decimals, one delivery."""
    day = FOLLOW_UPS[-1]
    columns: InvestmentColumns = {
        "Projekt": lambda i: i.project.project_code,
        "Navn": lambda i: i.project.name,
        "Aar": lambda i: str(i.year),
        "Version": lambda i: i.version,
        "Linje": lambda i: INVESTMENT_NAMES[i.line_code],
        "Styringsomraade": lambda i: AREAS[i.project.steering_area],
        "Finansiering": lambda i: ROUTES[i.project.route],
        "Status": lambda i: STATUSES[i.project.status],
        "Start": lambda i: danish_date(i.project.start_date, "/"),
        "Slut": lambda i: danish_date(i.project.end_date, "/"),
        "KLE": lambda i: i.project.capability_code,
        "Systemer": lambda i: ",".join(u.system_key for u in i.project.uses),
        "Beloeb_mio": lambda i: f"{i.amount / 1_000_000:.6f}".replace(".", ","),
    }
    rows = with_parts(lines_of(investment_lines(world, "suf", day), columns), _investment_part(1_000_000, 6))
    rows = plant(rows, [Fault("not_a_date", "Start", "30/02/2025")], "suf investments", ("Projekt", "XA-4000-9900"))
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8")
    return Extract("suf.investments", f"investeringer_{day:%Y-%m}.csv", day, rows, 2, content)


def _tmf_investments(world: World) -> Extract:
    """Kroner, tab-separated UTF-16 as a spreadsheet's "Unicode text"."""
    day = FOLLOW_UPS[-1]
    columns: InvestmentColumns = {
        "Projekt-id": lambda i: i.project.project_code,
        "Projekt": lambda i: i.project.name,
        "År": lambda i: str(i.year),
        "Version": lambda i: i.version,
        "Linje": lambda i: INVESTMENT_NAMES[i.line_code],
        "Styringsområde": lambda i: AREAS[i.project.steering_area],
        "Finansieringsvej": lambda i: ROUTES[i.project.route],
        "Status": lambda i: STATUSES[i.project.status],
        "Opgave": lambda i: i.project.capability_code,
        "Systemer": lambda i: ",".join(u.system_key for u in i.project.uses),
        "Beløb": lambda i: f"{i.amount:.2f}".replace(".", ","),
    }
    rows = with_parts(lines_of(investment_lines(world, "tmf", day), columns), _investment_part(1, 2))
    rows = plant(rows, [Fault("unknown_code", "Linje", "Ønsker")], "tmf investments", ("Projekt-id", "XA-7000-9900"))
    content = formats.csv_bytes(table(list(columns), rows), "\t", "utf-16")
    return Extract("tmf.investments", f"anlaeg_og_it_{day:%Y-%m}.txt", day, rows, 2, content)


DIMENSION_NAMES = {
    "business_support": "Forretningsunderstøttelse", "technical_state": "Teknisk tilstand", "documentation": "Dokumentation og viden",
    "economy": "Økonomi", "contracts": "Kontrakter og sourcing", "security": "Sikkerhed",
}  # fmt: skip
ScoreColumns = Mapping[str, Callable[[Assessment], object]]


def _okf_scores(world: World) -> Extract:
    columns: ScoreColumns = {
        "System (UUID)": lambda a: a.use.system_key,
        "System": lambda a: a.use.system_name,
        "Dimension": lambda a: DIMENSION_NAMES[a.dimension],
        "Score": lambda a: a.score,
        "Dato": lambda a: a.day,
        "Rolle": lambda a: a.assessor,
        "Bemærkning": lambda a: a.comment,
        "Vurderet af": lambda a: editor(a.use.system_key),
    }
    faults = [Fault("not_a_number", "Score", "3-4"), Fault("unknown_code", "Dimension", "Brugerglæde")]
    rows = plant(lines_of(assessments(world, "okf"), columns), faults, "okf scores", ("System (UUID)", "X-99"))
    content = formats.xlsx_bytes("Vurderinger", table(list(columns), rows))
    return Extract("okf.assessments", "Sundhedstjek_2026-09-30.xlsx", date(2026, 9, 30), rows, 2, content)


def _suf_scores(world: World) -> Extract:
    columns: ScoreColumns = {
        "Software ID": lambda a: a.use.system_key,
        "Dimension": lambda a: a.dimension,
        "Point": lambda a: f"{a.score:.1f}",
        "Dato": lambda a: str(a.day),
        "Rolle": lambda a: a.assessor,
        "Kommentar": lambda a: a.comment,
    }
    rows = lines_of(assessments(world, "suf"), columns)
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8-sig", quote_all=True)
    return Extract("suf.assessments", "vurderinger_20260930.csv", date(2026, 9, 30), rows, 2, content)


def _bif_scores(world: World) -> Extract:
    columns: ScoreColumns = {
        "SYSTEMNR": lambda a: a.use.system_key,
        "DIM": lambda a: str(list(DIMENSION_NAMES).index(a.dimension) + 1),
        "SCORE": lambda a: f"{a.score:.1f}".replace(".", ","),
        "DATO": lambda a: f"{a.day:%Y%m%d}",
        "ROLLE": lambda a: plain(a.assessor),
    }
    rows = lines_of(assessments(world, "bif"), columns)
    rows = plant(rows, [Fault("missing", "SCORE", "")], "bif scores", ("SYSTEMNR", "0099"))
    content = formats.csv_bytes(table(list(columns), rows), "\t", "utf-8")
    return Extract("bif.assessments", "VURDERING.20260731.txt", date(2026, 7, 31), rows, 2, content)


def _tmf_scores(world: World) -> Extract:
    columns: ScoreColumns = {
        "system_id": lambda a: a.use.system_key,
        "dimension": lambda a: a.dimension,
        "score": lambda a: f"{a.score:.1f}",
        "assessed_on": lambda a: danish_date(a.day, "."),
        "role": lambda a: a.assessor,
        "comment": lambda a: a.comment,
    }
    rows = lines_of(assessments(world, "tmf"), columns)
    content = formats.csv_bytes(table(list(columns), rows), ",", "utf-8")
    return Extract("tmf.assessments", "assessments_2026-10-31.csv", date(2026, 10, 31), rows, 2, content)
