"""Assessments as four senders write them: one row per system and dimension."""

from collections.abc import Callable, Mapping
from datetime import date

from pipelines.sample import formats
from pipelines.sample.extract import (
    Extract,
    Fault,
    danish_date,
    lines_of,
    plain,
    plant,
    table,
)
from pipelines.sample.habits import editor
from pipelines.sample.plans import (
    Assessment,
    assessments,
)
from pipelines.sample.world import World

DIMENSION_NAMES = {
    "business_support": "Forretningsunderstøttelse", "technical_state": "Teknisk tilstand", "documentation": "Dokumentation og viden",
    "economy": "Økonomi", "contracts": "Kontrakter og sourcing", "security": "Sikkerhed",
}  # fmt: skip
Columns = Mapping[str, Callable[[Assessment], object]]


def assessment_extracts(world: World) -> list[Extract]:
    """One delivery from each of the administrations that assess."""
    return [_okf(world), _suf(world), _bif(world), _tmf(world)]


def _okf(world: World) -> Extract:
    columns: Columns = {
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


def _suf(world: World) -> Extract:
    columns: Columns = {
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


def _bif(world: World) -> Extract:
    columns: Columns = {
        "SYSTEMNR": lambda a: a.use.system_key,
        "DIM": lambda a: str(list(DIMENSION_NAMES).index(a.dimension) + 1),
        "SCORE": lambda a: f"{a.score:.1f}".replace(".", ","),
        "DATO": lambda a: f"{a.day:%Y%m%d}",
        "ROLLE": lambda a: plain(a.assessor),
    }
    rows = lines_of(assessments(world, "bif"), columns)
    rows = plant(rows, [Fault("missing", "SYSTEMNR", "")], "bif scores", ("SYSTEMNR", "0099"))
    content = formats.csv_bytes(table(list(columns), rows), "\t", "utf-8")
    return Extract("bif.assessments", "VURDERING.20260731.txt", date(2026, 7, 31), rows, 2, content)


def _tmf(world: World) -> Extract:
    columns: Columns = {
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
