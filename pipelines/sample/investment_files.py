"""Investment overviews as four senders write them. What the amounts are is in plans.py."""

from collections.abc import Callable, Mapping
from datetime import date

from pipelines.sample import formats
from pipelines.sample.extract import (
    Extract,
    Fault,
    Line,
    Part,
    danish_date,
    lines_of,
    plant,
    table,
    whole,
    with_parts,
)
from pipelines.sample.habits import editor
from pipelines.sample.plans import (
    InvestmentLine,
    administration_short,
    investment_lines,
)
from pipelines.sample.world import World

SHARED = ("okf", "kff", "sof", "bif")
FOLLOW_UPS = (date(2026, 6, 30), date(2026, 10, 31))
INVESTMENT_NAMES = {
    "plan_adopted": "Vedtaget plan", "plan_adjusted": "Korrigeret plan", "committed": "Disponeret", "actual": "Forbrug",
    "forecast": "Forventet", "financing": "Finansiering", "benefit_cashable": "Gevinst, kontant", "benefit_non_cashable": "Gevinst, øvrig",
}  # fmt: skip
AREAS = {"service": "Service", "anlaeg": "Anlæg", "overfoersler": "Overførsler mv."}
ROUTES = {
    "pool": "Investeringspulje",
    "internal_loan": "Internt lån",
    "multi_year_frame": "Flerårig ramme",
    "own_budget": "Eget budget",
}
STATUSES = {"idea": "Idé", "approved": "Godkendt", "running": "I gang", "paused": "På pause", "closed": "Afsluttet"}
Columns = Mapping[str, Callable[[InvestmentLine], object]]


def investment_extracts(world: World) -> list[Extract]:
    """Every overview of every sender; two of them delivered only once."""
    twice = [maker(world, day, day == FOLLOW_UPS[-1]) for day in FOLLOW_UPS for maker in (_shared, _buf)]
    return [*twice, _suf(world), _tmf(world)]


def _part_in(unit: int, places: int) -> Callable[[Line], tuple[Part, ...]]:
    def parts(line: Line) -> tuple[Part, ...]:
        i = line.origin
        assert isinstance(i, InvestmentLine)
        return (Part(i.line_code, i.year, i.version, round(i.amount / unit, places) * unit),)

    return parts


def _shared(world: World, day: date, newest: bool) -> Extract:
    """The central list: four administrations, thousands of kroner, a row per line."""
    lines = [line for code in SHARED for line in investment_lines(world, code, day)]
    columns: Columns = {
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
    rows = with_parts(lines_of(lines, columns), _part_in(1000, 2))
    if newest:
        faults = [
            Fault("unknown_code", "Styringsområde", "Blandet"),
            Fault("unknown_administration", "Forvaltning", "KIT"),
        ]
        rows = plant(rows, faults, "shared investments", ("Projektnr.", "XA-9999-0000"))
    above: list[list[formats.Cell]] = [["Investeringsoversigt, fælles"], ["Beløb i 1.000 kr., 2026 p/l"]]
    content = formats.xlsx_bytes("Investeringer", table(list(columns), rows, above))
    return Extract(
        "_shared.investments", f"investeringsoversigt_{day:%Y-%m}.xlsx", day, rows, 4, content, in_force=newest
    )


def _buf(world: World, day: date, newest: bool) -> Extract:
    """A row per project and year, a column per line, thousands of kroner; a line that a year does not have is empty."""
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
        amounts = {code: round(lines[code].amount / 1000, 2) if code in lines else None for code in INVESTMENT_NAMES}
        cells |= {INVESTMENT_NAMES[code]: amount for code, amount in amounts.items()}
        rows.append(
            whole(
                Line(cells, origin=one),
                tuple(Part(c, one.year, one.version, None if a is None else a * 1000) for c, a in amounts.items()),
            )
        )
    headers = ["Projekt-id", "Projektnavn", "År", "Version", "Område", "Kilde", "Status", *INVESTMENT_NAMES.values()]
    if newest:
        rows = plant(rows, [Fault("missing", "Projektnavn")], "buf investments", ("Projekt-id", "XA-3000-9900"))
    rows.append(Line({"Projekt-id": "I alt"}, fault="total"))
    content = formats.xlsx_bytes("Projekter", table(headers, rows))
    return Extract("buf.investments", f"Projekter BUF {day:%Y-%m}.xlsx", day, rows, 2, content, in_force=newest)


def _suf(world: World) -> Extract:
    """Millions of kroner with six decimals, one delivery."""
    day = FOLLOW_UPS[-1]
    columns: Columns = {
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
    rows = with_parts(lines_of(investment_lines(world, "suf", day), columns), _part_in(1_000_000, 6))
    rows = plant(rows, [Fault("not_a_date", "Start", "30/02/2025")], "suf investments", ("Projekt", "XA-4000-9900"))
    content = formats.csv_bytes(table(list(columns), rows), ";", "utf-8")
    return Extract("suf.investments", f"investeringer_{day:%Y-%m}.csv", day, rows, 2, content)


def _tmf(world: World) -> Extract:
    """Kroner, tab-separated UTF-16 as a spreadsheet's "Unicode text"."""
    day = FOLLOW_UPS[-1]
    columns: Columns = {
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
    rows = with_parts(lines_of(investment_lines(world, "tmf", day), columns), _part_in(1, 2))
    rows = plant(rows, [Fault("unknown_code", "Linje", "Ønsker")], "tmf investments", ("Projekt-id", "XA-7000-9900"))
    content = formats.csv_bytes(table(list(columns), rows), "\t", "utf-16")
    return Extract("tmf.investments", f"anlaeg_og_it_{day:%Y-%m}.txt", day, rows, 2, content)
