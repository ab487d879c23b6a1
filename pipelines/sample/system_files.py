"""Inventories of systems as the registers write them: one function per administration. KITOS is in kitos_files.py."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa

from pipelines.sample import formats, names
from pipelines.sample.catalogue import CAPABILITIES, unit_code
from pipelines.sample.extract import Extract, Fault, Line, danish_date, danish_number, lines_of, plain, plant, table
from pipelines.sample.habits import DANISH_CRITICALITY, DANISH_SENSITIVITY, editor, stated_amount
from pipelines.sample.kitos_files import grid_systems, interface_usages
from pipelines.sample.world import Use, World

SNAPSHOTS = {
    "okf": (date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31)),
    "kff": (date(2025, 12, 31), date(2026, 10, 31)),
    "buf": (date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31)),
    "suf": (date(2025, 12, 31), date(2026, 9, 30)),
    "sof": (date(2025, 12, 31), date(2026, 10, 31)),
    "bif": (date(2025, 12, 31), date(2026, 7, 31)),
    "tmf": (date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31)),
}


def system_extracts(world: World) -> list[Extract]:
    """Every inventory of every administration, oldest first."""
    makers = {
        "okf": grid_systems,
        "kff": interface_usages,
        "buf": _buf,
        "suf": _suf,
        "sof": _sof,
        "bif": _bif,
        "tmf": _tmf,
    }
    extracts = []
    for code, days in SNAPSHOTS.items():
        for day in days:
            uses = [u for u in world.uses_of(code) if u.is_seen(day)]
            extracts.append(makers[code](uses, day, day == days[-1]))
    return extracts


def _extract(
    code: str, day: date, newest: bool, lines: Sequence[Line], first_row: int, name: str, content: bytes
) -> Extract:
    return Extract(f"{code}.systems", name, day, lines, first_row, content, in_force=newest)


def _buf(uses: list[Use], day: date, newest: bool) -> Extract:
    """A spreadsheet kept by hand: title rows above the header, the sum below, thousands of kroner."""
    lifecycle = {"undecided": "?", "phasing_in": "Indfases", "operational": "Drift", "phasing_out": "Udfases"}
    columns = {
        "Nr.": lambda u: u.system_key,
        "System": lambda u: u.system_name,
        "Tidligere navn": lambda u: u.former_name,
        "Leverandør": lambda u: u.supplier_name,
        "Opgave (KLE)": lambda u: " + ".join(u.capability_codes),
        "Enhed": lambda u: u.unit,
        "Status": lambda u: lifecycle[u.lifecycle_on(day)],
        "Taget i brug": lambda u: u.start_date,
        "Udfases": lambda u: u.end_date,
        "Brugere": lambda u: u.users_on(day),
        "Persondata": lambda u: DANISH_SENSITIVITY[u.product.sensitivity],
        "Årlig udgift (1.000 kr.)": lambda u: None if (amount := stated_amount(u)) is None else amount / 1000,
        "Formål": lambda u: u.description,
        "Kontaktperson": lambda u: editor(u.system_key),
    }
    lines = lines_of(uses, columns)
    if newest:
        faults = [
            Fault("not_a_whole_number", "Brugere", "ca. 40"),
            Fault("not_an_amount", "Årlig udgift (1.000 kr.)", "ukendt"),
        ]
        lines = plant(lines, faults, "buf systems", ("Nr.", "B-99"))
    total = sum((stated_amount(u) or Decimal(0) for u in uses), Decimal(0)) / 1000
    lines.append(Line({"Nr.": "I alt", "Årlig udgift (1.000 kr.)": total}, fault="total"))
    above: list[list[formats.Cell]] = [
        ["Børne- og Ungdomsforvaltningen"],
        ["Systemoversigt pr.", day],
        ["Beløb i 1.000 kr."],
        [],
    ]
    content = formats.xlsx_bytes("Systemer", table(list(columns), lines, above))
    return _extract("buf", day, newest, lines, 6, f"Systemoversigt BUF {day:%Y-%m-%d}.xlsx", content)


def _suf(uses: list[Use], day: date, newest: bool) -> Extract:
    """A GLPI-like export: everything quoted, UTF-8 with a byte order mark, states in English."""
    states = {
        "undecided": "To be decided",
        "phasing_in": "Implementation",
        "operational": "Production",
        "phasing_out": "Phase-out",
    }
    columns = {
        "ID": lambda u: u.system_key,
        "Navn": lambda u: u.system_name,
        "Alias": lambda u: u.former_name,
        "Version": lambda u: u.version,
        "Producent": lambda u: u.supplier_name,
        "Producent CVR": lambda u: u.registration_code,
        "Kategori": lambda u: CAPABILITIES[u.product.capability_code].business_type,
        "KLE": lambda u: ";".join(u.capability_codes),
        "Tilstand": lambda u: states[u.lifecycle_on(day)],
        "Idriftsat": lambda u: f"{u.start_date} 00:00:00",
        "Udløber": lambda u: plain(u.end_date and f"{u.end_date} 00:00:00"),
        "Gruppe": lambda u: u.unit,
        "Antal brugere": lambda u: str(u.users_on(day)),
        "Forretningskritikalitet": lambda u: {"low": "1", "medium": "2", "high": "3", "vital": "4"}[
            u.product.criticality
        ],
        "Placering": lambda u: {"on_premise": "Eget driftscenter", "external": "Leverandør", "hybrid": "Blandet"}[
            u.product.hosting
        ],
        "Kommentar": lambda u: u.description,
        "Teknisk ansvarlig": lambda u: editor(u.system_key),
        "E-mail": lambda u: names.mail(editor(u.system_key)),
    }
    lines = lines_of(uses, columns)
    if newest:
        faults = [Fault("unknown_code", "Tilstand", "Afventer"), Fault("missing", "Navn", ""), Fault("not_a_row")]
        lines = plant(lines, faults, "suf systems", ("ID", "99"))
    content = formats.csv_bytes(table(list(columns), lines), ";", "utf-8-sig", quote_all=True)
    return _extract("suf", day, newest, lines, 2, f"glpi_software_{day:%Y%m%d}.csv", content)


def _sof(uses: list[Use], day: date, newest: bool) -> Extract:
    """A Windows-1252 file from a home-made register: figures for states, DK before the number, 31-12-9999 for open."""
    columns = {
        "Løbenr": lambda u: u.system_key,
        "Systemnavn": lambda u: u.system_name,
        "Kaldenavn": lambda u: u.local_name,
        "Leverandør": lambda u: u.supplier_name,
        "CVR": lambda u: f"DK{u.registration_code}" if u.registration_code else "",
        "Opgave": lambda u: ",".join(u.capability_codes),
        "Fase": lambda u: {"undecided": "0", "phasing_in": "2", "operational": "3", "phasing_out": "4"}[
            u.lifecycle_on(day)
        ],
        "Startdato": lambda u: danish_date(u.start_date),
        "Slutdato": lambda u: danish_date(u.end_date, empty="31-12-9999"),
        "Enhedsnr": lambda u: unit_code("sof", u.unit),
        "Enhed": lambda u: u.unit,
        "Brugere": lambda u: f"{u.users_on(day):,}".replace(",", "."),
        "Kritikalitet": lambda u: DANISH_CRITICALITY[u.product.criticality],
        "Data": lambda u: u.product.sensitivity[:1].upper(),
        "Årsudgift": lambda u: plain((amount := stated_amount(u)) and danish_number(amount)),
        "Bemærkninger": lambda u: u.description,
        "Systemejer": lambda u: editor(u.system_key),
    }
    lines = lines_of(uses, columns)
    if newest:
        faults = [
            Fault("not_a_date", "Startdato", "31-02-2019"),
            Fault("not_a_row"),
            Fault("unknown_code", "Fase", "7"),
        ]
        lines = plant(lines, faults, "sof systems", ("Løbenr", "S-990"))
    content = formats.csv_bytes(table(list(columns), lines), ";", "windows-1252")
    return _extract("sof", day, newest, lines, 2, f"systemer_{day:%Y-%m-%d}.csv", content)


def _bif(uses: list[Use], day: date, newest: bool) -> Extract:
    """A tab-separated list from an old machine: capitals, ae/oe/aa, dates without dots, zeros in front of numbers."""
    columns = {
        "SYSTEMNR": lambda u: u.system_key,
        "SYSTEMNAVN": lambda u: u.system_name,
        "LEVERANDOER": lambda u: u.supplier_name,
        "CVRNR": lambda u: (
            " ".join(u.registration_code[n : n + 2] for n in range(0, 8, 2)) if u.registration_code else ""
        ),
        "KLE": lambda u: "/".join(u.capability_codes),
        "STATUS": lambda u: {"undecided": "U", "phasing_in": "I", "operational": "D", "phasing_out": "A"}[
            u.lifecycle_on(day)
        ],
        "STARTDATO": lambda u: f"{u.start_date:%Y%m%d}",
        "SLUTDATO": lambda u: f"{u.end_date:%Y%m%d}" if u.end_date else "00000000",
        "ENHED": lambda u: names.transliterate(u.unit).upper(),
        "BRUGERE": lambda u: f"{u.users_on(day):06d}",
        "AARLIG_UDGIFT_TKR": lambda u: plain((amount := stated_amount(u)) and f"{amount / 1000:.1f}".replace(".", ",")),
        "FOLSOM": lambda u: {"none": "N", "personal": "P", "sensitive": "J", "criminal": "S"}[u.product.sensitivity],
        "OPRETTET_AF": lambda u: editor(u.system_key),
    }
    lines = lines_of(uses, columns)
    if newest:
        faults = [Fault("not_a_date", "STARTDATO", "20191301"), Fault("repeated_key")]
        lines = plant(lines, faults, "bif systems", ("SYSTEMNR", "0099"))
    content = formats.csv_bytes(table(list(columns), lines), "\t", "utf-8")
    return _extract("bif", day, newest, lines, 2, f"SYSTEMLISTE.{day:%Y%m%d}.txt", content)


def _tmf(uses: list[Use], day: date, newest: bool) -> Extract:
    """Parquet from a data platform: typed columns, lists as lists, the canonical codes already."""
    text = pa.string()
    content = formats.parquet_bytes(
        {
            "system_id": pa.array([u.system_key for u in uses], text),
            "catalogue_uuid": pa.array([u.catalogue_key for u in uses], text),
            "name": pa.array([u.system_name for u in uses], text),
            "previous_name": pa.array([u.former_name or None for u in uses], text),
            "vendor_name": pa.array([u.supplier_name for u in uses], text),
            "vendor_cvr": pa.array([u.registration_code or None for u in uses], text),
            "kle_codes": pa.array([list(u.capability_codes) for u in uses], pa.list_(text)),
            "lifecycle": pa.array([u.lifecycle_on(day) for u in uses], text),
            "in_use_since": pa.array([u.start_date for u in uses], pa.date32()),
            "ends_on": pa.array([u.end_date for u in uses], pa.date32()),
            "unit_code": pa.array([unit_code("tmf", u.unit) for u in uses], text),
            "unit_name": pa.array([u.unit for u in uses], text),
            "users": pa.array([u.users_on(day) for u in uses], pa.int32()),
            "criticality": pa.array([u.product.criticality for u in uses], text),
            "sensitivity": pa.array([u.product.sensitivity for u in uses], text),
            "hosting": pa.array([u.product.hosting for u in uses], text),
            "yearly_cost_dkk": pa.array([stated_amount(u) for u in uses], pa.decimal128(18, 2)),
            "description": pa.array([u.description for u in uses], text),
            "edited_by": pa.array([editor(u.system_key) for u in uses], text),
        }
    )
    lines = [Line({"edited_by": editor(u.system_key)}, None, u) for u in uses]
    return _extract("tmf", day, newest, lines, 1, f"it_inventory_{day:%Y-%m-%d}.parquet", content)
