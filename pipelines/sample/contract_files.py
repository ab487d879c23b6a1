"""Contract lists as seven registers write them: one function per administration. Systems are in system_files.py."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from pipelines.sample import formats, names
from pipelines.sample.extract import Extract, Fault, Line, danish_date, lines_of, plain, plant, table
from pipelines.sample.system_files import editor
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
DANISH_TYPES = {"framework": "Rammeaftale", "call_off": "Delaftale", "licence": "Licensaftale", "operation": "Driftsaftale",
                "development": "Udviklingsaftale", "support": "Konsulentaftale"}  # fmt: skip
Columns = Mapping[str, Callable[[Contract], object]]


def contract_extracts(world: World) -> list[Extract]:
    """Every contract list of every administration, oldest first."""
    makers = {"okf": _okf, "kff": _kff, "buf": _buf, "suf": _suf, "sof": _sof, "bif": _bif, "tmf": _tmf}
    extracts = []
    for code, days in SNAPSHOTS.items():
        for day in days:
            contracts = [c for c in world.contracts_of(code) if c.is_seen(day)]
            extracts.append(makers[code](contracts, day, day == days[-1]))
    return extracts


def _extract(code: str, day: date, newest: bool, lines: list[Line], first_row: int, name: str, content: bytes) -> Extract:
    return Extract(f"{code}.contracts", name, day, lines, first_row, content, in_force=newest)


def _terminated(contract: Contract, day: date) -> date | None:
    """The day of notice, when a list of `day` can know it."""
    known = contract.terminated_date
    return known if known and known <= day else None


def _options(contract: Contract) -> str:
    return f"{contract.option_count} x {contract.option_months} måneder" if contract.option_count else ""


def _keys(contract: Contract, separator: str) -> str:
    return separator.join(u.system_key for u in contract.uses)


def _okf(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """A KITOS grid export; amounts are whole kroner."""
    columns: Columns = {
        "Status": lambda c: "Gyldig",
        "Kontrakt ID": lambda c: c.contract_key,
        "Overordnet kontrakt": lambda c: c.parent_key,
        "IT Kontrakt": lambda c: c.name,
        "Gyldig fra": lambda c: c.start_date,
        "Gyldig til": lambda c: c.end_date,
        "Ansvarlig org. enhed": lambda c: c.unit,
        "Leverandør": lambda c: c.supplier_name,
        "Kontraktunderskriver": lambda c: editor(c.contract_key + "s"),
        "Kontrakttype": lambda c: DANISH_TYPES[c.type_code],
        "Indkøbsform": lambda c: c.method,
        "IT Systemer": lambda c: ", ".join(u.system_name for u in c.uses),
        "IT Systemer (UUID)": lambda c: _keys(c, ", "),
        "Anskaffelse": lambda c: int(c.acquisition_amount),
        "Drift/år": lambda c: int(c.yearly_amount),
        "Andet": lambda c: 0,
        "Option": _options,
        "Opsigelse (måneder)": lambda c: c.notice_months,
        "Uopsigelig til": lambda c: c.irrevocable_until,
        "Opsagt": lambda c: _terminated(c, day),
        "Sidst redigeret: Bruger": lambda c: editor(c.contract_key),
        "Sidst redigeret: Dato": lambda c: day,
    }
    lines = lines_of(contracts, columns)
    if newest:
        faults = [Fault("not_an_amount", "Drift/år", "efter forbrug"), Fault("missing", "Kontrakt ID")]
        lines = plant(lines, faults, "okf contracts", ("Kontrakt ID", "K-990"))
    content = formats.xlsx_bytes("IT Kontrakter", table(list(columns), lines))
    return _extract("okf", day, newest, lines, 2, f"Export_IT-Kontrakter_{day:%Y-%m-%d}.xlsx", content)


def _kff(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """The KITOS interface's answer with one external payment per contract."""
    lines = [Line(_kitos_contract(c, day), None, c) for c in contracts]
    name = "it-contracts.json" if newest else f"it-contracts_{day:%Y%m%d}.json"
    content = formats.json_bytes([line.cells for line in lines])
    return Extract("kff.contracts", name, day, lines, 1, content, states_business_date=newest, in_force=newest)


def _kitos_contract(c: Contract, day: date) -> dict[str, object]:
    def moment(value: date | None) -> str | None:
        return f"{value}T00:00:00Z" if value else None

    person = editor(c.contract_key)
    return {
        "uuid": c.contract_key,
        "name": c.name,
        "parentContract": {"uuid": c.parent_key} if c.parent_key else None,
        "general": {
            "contractType": {"name": DANISH_TYPES[c.type_code]},
            "validity": {"validFrom": moment(c.start_date), "validTo": moment(c.end_date), "valid": True},
        },
        "supplier": {"organization": {"name": c.supplier_name, "cvr": c.registration_code or None}},
        "responsible": {"organizationUnit": {"name": c.unit}},
        "procurement": {"purchaseType": {"name": c.method}},
        "agreementPeriod": {
            "extensionOptions": {"name": _options(c)} if c.option_count else None,
            "extensionOptionsUsed": c.option_used_count,
            "irrevocableUntil": moment(c.irrevocable_until),
        },
        "termination": {"terminatedAt": moment(_terminated(c, day)), "terms": {"noticePeriodMonths": {"name": str(c.notice_months)}}},
        "payments": {
            "external": [{"acquisition": int(c.acquisition_amount), "operation": int(c.yearly_amount), "other": 0, "auditStatus": "White"}]
        },
        "systemUsages": [{"uuid": u.system_key, "name": u.system_name} for u in c.uses],
        "roles": [{"user": {"name": person, "email": names.mail(person)}, "role": {"name": "Kontraktejer"}}],
        "lastModified": f"{day}T06:30:00Z",
    }


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
        "Opsagt den": lambda c: _terminated(c, day),
        "Engangsudgift (1.000 kr.)": lambda c: c.acquisition_amount / 1000,
        "Årlig betaling (1.000 kr.)": lambda c: c.yearly_amount / 1000,
        "Systemnumre": lambda c: _keys(c, "; "),
        "Kontraktansvarlig": lambda c: editor(c.contract_key),
    }
    lines = lines_of(contracts, columns)
    if newest:
        lines = plant(lines, [Fault("not_a_date", "Slut", "udgangen af 2028")], "buf contracts", ("Kontraktnr.", "BUF-K-99"))
    total = sum((c.yearly_amount for c in contracts), Decimal(0)) / 1000
    lines.append(Line({"Kontraktnr.": "I alt", "Årlig betaling (1.000 kr.)": total}, fault="total"))
    above = [["Kontraktoversigt, Børne- og Ungdomsforvaltningen"], ["Opgjort pr.", day], []]
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
        "Opsagt": lambda c: plain(_terminated(c, day)),
        "Anskaffelse": lambda c: f"{c.acquisition_amount:.2f}",
        "Årlig omkostning": lambda c: f"{c.yearly_amount:.2f}",
        "Tilknyttet software": lambda c: _keys(c, ";"),
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
        "Opsagt": lambda c: danish_date(_terminated(c, day), empty="00-00-0000"),
        "Pr. år": lambda c: f"{c.yearly_amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", "."),
        "Systemer": lambda c: _keys(c, ","),
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
        "SYSTEMNR": lambda c: _keys(c, "+"),
        "OPRETTET_AF": lambda c: editor(c.contract_key),
    }
    lines = plant(lines_of(contracts, columns), [Fault("missing", "KONTRAKT", "")], "bif contracts", ("KONTRAKTNR", "00099"))
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
        "notice_given_on": lambda c: plain(_terminated(c, day)) or None,
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
