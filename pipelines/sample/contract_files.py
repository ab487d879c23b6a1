"""Contract lists as the registers write them: one function per administration. KITOS is in kitos_files.py."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from pipelines.sample import formats, names
from pipelines.sample.extract import Extract, Fault, Line, danish_date, danish_number, lines_of, plain, plant, table
from pipelines.sample.habits import DANISH_TYPES, editor, system_keys, terminated
from pipelines.sample.kitos_files import grid_contracts, interface_contracts
from pipelines.sample.world import Contract, World

SNAPSHOTS = {
    "okf": (date(2026, 6, 30), date(2026, 10, 31)),
    "kff": (date(2025, 12, 31), date(2026, 10, 31)),
    "buf": (date(2026, 6, 30), date(2026, 10, 31)),
    "suf": (date(2026, 9, 30),),
    "sof": (date(2025, 12, 31), date(2026, 10, 31)),
    "bif": (date(2026, 7, 31),),
    "tmf": (date(2026, 6, 30), date(2026, 10, 31)),
}
Columns = Mapping[str, Callable[[Contract], object]]


def contract_extracts(world: World) -> list[Extract]:
    """Every contract list of every administration, oldest first."""
    makers = {
        "okf": grid_contracts,
        "kff": interface_contracts,
        "buf": _buf,
        "suf": _suf,
        "sof": _sof,
        "bif": _bif,
        "tmf": _tmf,
    }
    extracts = []
    for code, days in SNAPSHOTS.items():
        for day in days:
            contracts = [c for c in world.contracts_of(code) if c.is_seen(day)]
            extracts.append(makers[code](contracts, day, day == days[-1]))
    return extracts


def _extract(
    code: str, day: date, newest: bool, lines: list[Line], first_row: int, name: str, content: bytes
) -> Extract:
    return Extract(f"{code}.contracts", name, day, lines, first_row, content, in_force=newest)


def _buf(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """The second sheet kept by hand: thousands of kroner, a sum below."""
    columns: Columns = {
        "Kontraktnr.": lambda c: c.contract_key,
        "Kontrakt": lambda c: c.name,
        "Hører under": lambda c: c.parent_key,
        "Leverandør": lambda c: c.supplier_name,
        "Type": lambda c: DANISH_TYPES[c.type_code],
        "Start": lambda c: c.start_date,
        "Slut": lambda c: c.end_date or "31-12-9999",
        "Opsigelsesvarsel": lambda c: c.notice_months,
        "Optioner": lambda c: c.option_count,
        "Heraf brugt": lambda c: c.option_used_count,
        "Optionslængde (mdr.)": lambda c: c.option_months,
        "Opsagt den": lambda c: terminated(c, day),
        "Engangsudgift (1.000 kr.)": lambda c: c.acquisition_amount / 1000,
        "Årlig betaling (1.000 kr.)": lambda c: c.yearly_amount / 1000,
        "Systemnumre": lambda c: system_keys(c, "; "),
        "Kontraktansvarlig": lambda c: editor(c.contract_key),
    }
    lines = lines_of(contracts, columns)
    if newest:
        lines = plant(
            lines, [Fault("not_a_date", "Slut", "udgangen af 2028")], "buf contracts", ("Kontraktnr.", "BUF-K-99")
        )
    total = sum((c.yearly_amount for c in contracts), Decimal(0)) / 1000
    lines.append(Line({"Kontraktnr.": "I alt", "Årlig betaling (1.000 kr.)": total}, fault="total"))
    above: list[list[formats.Cell]] = [["Kontraktoversigt, Børne- og Ungdomsforvaltningen"], ["Opgjort pr.", day], []]
    content = formats.xlsx_bytes("Kontrakter", table(list(columns), lines, above))
    return _extract("buf", day, newest, lines, 5, f"Kontraktoversigt BUF {day:%Y-%m-%d}.xlsx", content)


def _suf(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """GLPI again: quoted, byte order mark, decimal point."""
    columns: Columns = {
        "ID": lambda c: c.contract_key,
        "Navn": lambda c: c.name,
        "Overordnet ID": lambda c: c.parent_key,
        "Kontrakttype": lambda c: DANISH_TYPES[c.type_code],
        "Leverandør": lambda c: c.supplier_name,
        "CVR": lambda c: c.registration_code,
        "Startdato": lambda c: str(c.start_date),
        "Slutdato": lambda c: plain(c.end_date),
        "Varsel (mdr.)": lambda c: str(c.notice_months),
        "Fornyelser": lambda c: str(c.option_count),
        "Fornyelser brugt": lambda c: str(c.option_used_count),
        "Opsagt": lambda c: plain(terminated(c, day)),
        "Anskaffelse": lambda c: f"{c.acquisition_amount:.2f}",
        "Årlig omkostning": lambda c: f"{c.yearly_amount:.2f}",
        "Tilknyttet software": lambda c: system_keys(c, ";"),
        "Gruppe": lambda c: c.unit,
        "Oprettet af": lambda c: editor(c.contract_key),
    }
    lines = plant(lines_of(contracts, columns), [Fault("not_a_row"), Fault("unknown_code", "Kontrakttype", "Leasing")],
                  "suf contracts", ("ID", "99"))  # fmt: skip
    content = formats.csv_bytes(table(list(columns), lines), ";", "utf-8-sig", quote_all=True)
    return _extract("suf", day, newest, lines, 2, f"glpi_contracts_{day:%Y%m%d}.csv", content)


def _sof(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """Windows-1252, decimal comma, open dates as 31-12-9999 and missing ones as 00.00.0000."""
    types = {"framework": "R", "call_off": "A", "licence": "L", "operation": "D", "development": "U", "support": "K"}
    columns: Columns = {
        "Kontraktnr": lambda c: c.contract_key,
        "Titel": lambda c: c.name,
        "Rammeaftale": lambda c: c.parent_key,
        "Art": lambda c: types[c.type_code],
        "Leverandør": lambda c: c.supplier_name,
        "CVR": lambda c: f"DK-{c.registration_code}" if c.registration_code else "",
        "Indkøbsform": lambda c: c.method,
        "Fra": lambda c: danish_date(c.start_date),
        "Til": lambda c: danish_date(c.end_date, empty="31-12-9999"),
        "Uopsigelig til": lambda c: danish_date(c.irrevocable_until, empty="00-00-0000"),
        "Varsel": lambda c: str(c.notice_months),
        "Optioner": lambda c: str(c.option_count),
        "Brugt": lambda c: str(c.option_used_count),
        "Måneder pr. option": lambda c: str(c.option_months),
        "Opsagt": lambda c: danish_date(terminated(c, day), empty="00-00-0000"),
        "Pr. år": lambda c: danish_number(c.yearly_amount),
        "Systemer": lambda c: system_keys(c, ","),
        "Enhed": lambda c: c.unit,
        "Kontraktejer": lambda c: editor(c.contract_key),
    }
    lines = lines_of(contracts, columns)
    if newest:
        faults = [Fault("not_an_amount", "Pr. år", "1.2345,00"), Fault("not_a_date", "Fra", "01-13-2020")]
        lines = plant(lines, faults, "sof contracts", ("Kontraktnr", "S990"))
    content = formats.csv_bytes(table(list(columns), lines), ";", "windows-1252")
    return _extract("sof", day, newest, lines, 2, f"kontrakter_{day:%Y-%m-%d}.csv", content)


def _bif(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """Tab-separated, capitals, amounts in thousands of kroner."""
    columns: Columns = {
        "KONTRAKTNR": lambda c: c.contract_key,
        "KONTRAKT": lambda c: names.transliterate(c.name).upper(),
        "OVERKONTRAKT": lambda c: c.parent_key,
        "TYPE": lambda c: names.transliterate(DANISH_TYPES[c.type_code]).upper(),
        "LEVERANDOER": lambda c: c.supplier_name,
        "FRA": lambda c: f"{c.start_date:%Y%m%d}",
        "TIL": lambda c: f"{c.end_date:%Y%m%d}" if c.end_date else "99991231",
        "VARSEL_MDR": lambda c: f"{c.notice_months:02d}",
        "AARLIG_TKR": lambda c: f"{c.yearly_amount / 1000:.3f}".replace(".", ","),
        "SYSTEMNR": lambda c: system_keys(c, "+"),
        "OPRETTET_AF": lambda c: editor(c.contract_key),
    }
    lines = plant(
        lines_of(contracts, columns), [Fault("missing", "KONTRAKT", "")], "bif contracts", ("KONTRAKTNR", "00099")
    )
    content = formats.csv_bytes(table(list(columns), lines), "\t", "utf-8")
    return _extract("bif", day, newest, lines, 2, f"KONTRAKTLISTE.{day:%Y%m%d}.txt", content)


def _tmf(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """JSON lines from the data platform."""
    columns: Columns = {
        "contract_id": lambda c: c.contract_key,
        "title": lambda c: c.name,
        "parent_id": lambda c: c.parent_key or None,
        "kind": lambda c: c.type_code,
        "vendor": lambda c: {"name": c.supplier_name, "cvr": c.registration_code or None},
        "valid_from": lambda c: str(c.start_date),
        "valid_to": lambda c: plain(c.end_date) or None,
        "locked_until": lambda c: plain(c.irrevocable_until) or None,
        "notice_months": lambda c: c.notice_months,
        "options": lambda c: {"agreed": c.option_count, "used": c.option_used_count, "months": c.option_months},
        "notice_given_on": lambda c: plain(terminated(c, day)) or None,
        "acquisition_dkk": lambda c: f"{c.acquisition_amount:.2f}",
        "yearly_dkk": lambda c: f"{c.yearly_amount:.2f}",
        "systems": lambda c: [u.system_key for u in c.uses],
        "unit": lambda c: c.unit,
        "owner": lambda c: {"name": editor(c.contract_key), "mail": names.mail(editor(c.contract_key))},
    }
    lines = lines_of(contracts, columns)
    if newest:
        lines = plant(lines, [Fault("unknown_value", "kind", "leasing")], "tmf contracts", ("contract_id", "TMF.K.99"))
    content = formats.ndjson_bytes([line.cells for line in lines])
    return _extract("tmf", day, newest, lines, 1, f"contracts_{day:%Y-%m-%d}.ndjson", content)
