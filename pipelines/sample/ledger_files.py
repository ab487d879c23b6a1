"""Ledgers as five finance systems write them, one file per year and, this year, per quarter and month."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from pipelines.sample import formats
from pipelines.sample.catalogue import ADMINISTRATIONS
from pipelines.sample.extract import (
    Extract,
    Fault,
    Line,
    danish_date,
    danish_number,
    lines_of,
    plant,
    table,
    with_amounts,
)
from pipelines.sample.habits import editor
from pipelines.sample.ledger import cost_centre_code
from pipelines.sample.world import Posting, World

# The last day of each delivered period; a file holds what was posted after the one before it.
PERIODS = (
    date(2024, 12, 31),
    date(2025, 12, 31),
    date(2026, 3, 31),
    date(2026, 6, 30),
    date(2026, 9, 30),
    date(2026, 10, 31),
)
SHARED = ("okf", "kff", "bif")
FAULTY = date(2026, 9, 30)
CORRECTED = date(2026, 6, 30)
Columns = Mapping[str, Callable[[Posting], object]]


def ledger_extracts(world: World) -> list[Extract]:
    """Every ledger file, by sender and period."""
    extracts = []
    for maker, codes in (
        (_kvantum, SHARED),
        (_sap, ("buf",)),
        (_dynamics, ("suf",)),
        (_opus, ("sof",)),
        (_parquet, ("tmf",)),
    ):
        mine = [p for p in world.postings if p.administration_code in codes]
        for before, day in zip((date(2000, 1, 1), *PERIODS), PERIODS, strict=False):
            period = [p for p in mine if before < p.posting_date <= day]
            extracts += maker(period, day)
    return extracts


def stamp(day: date) -> str:
    """How file names say a period: a year, or a month of the running year."""
    return f"{day:%Y}" if day.year < PERIODS[-1].year else f"{day:%Y-%m}"


def _amount(line: Line) -> Decimal:
    assert isinstance(line.origin, Posting)
    return line.origin.amount


def _lines(postings: Sequence[Posting], columns: Columns) -> list[Line]:
    return with_amounts(lines_of(postings, columns), _amount)


def _user(posting: Posting) -> str:
    return editor(posting.voucher_key[-2:])


def _kvantum(postings: list[Posting], day: date) -> list[Extract]:
    """The shared finance system: three administrations in one file, told apart by company."""
    columns: Columns = {
        "Selskab": lambda p: ADMINISTRATIONS[p.administration_code].company_code,
        "Regnskabsår": lambda p: str(p.posting_date.year),
        "Periode": lambda p: f"{p.fiscal_period:03d}",
        "Bogføringsdato": lambda p: danish_date(p.posting_date),
        "Bilagsnummer": lambda p: p.voucher_key,
        "Omkostningssted": cost_centre_code,
        "Omkostningssted tekst": lambda p: p.cost_centre,
        "Funktion": lambda p: p.function_code,
        "Dranst": lambda p: p.dranst_code,
        "Art": lambda p: p.art_code,
        "Artskonto": lambda p: p.account_code,
        "Artskonto tekst": lambda p: p.account_name,
        "PSP-element": lambda p: p.project_code,
        "Kreditor": lambda p: p.supplier_key,
        "Kreditornavn": lambda p: p.supplier_name,
        "CVR-nr.": lambda p: p.registration_code,
        "Partnerselskab": lambda p: ADMINISTRATIONS[p.partner_code].company_code if p.partner_code else "",
        "Posteringstekst": lambda p: p.text,
        "Beløb": lambda p: danish_number(p.amount),
        "Brugernavn": _user,
    }
    lines = _lines(postings, columns)
    if day == FAULTY:
        faults = [Fault("unknown_administration", "Selskab", "9999"), Fault("not_a_date", "Bogføringsdato", "31-09-2026"),
                  Fault("not_an_amount", "Beløb", "1.23,45", loses="all"), Fault("not_a_row")]  # fmt: skip
        lines = plant(lines, faults, "kvantum", ("Bilagsnummer", "190099000"))
    content = formats.csv_bytes(table(list(columns), lines), ";", "utf-8-sig")
    name = f"kvantum_poster_{stamp(day)}.csv.gz"
    return [Extract("_shared.postings", name, day, lines, 2, formats.gzip_bytes(content), control_totals=True)]


def _sap(postings: list[Posting], day: date) -> list[Extract]:
    """SAP project line items (CJI3): Windows-1252, points in dates, minus behind, no VAT number."""
    columns: Columns = {
        "Bilagsnummer": lambda p: p.voucher_key,
        "BilArt": lambda p: "KR" if p.supplier_key else "SA",
        "PSP-element": lambda p: p.project_code,
        "Periode": lambda p: str(p.fiscal_period),
        "År": lambda p: str(p.posting_date.year),
        "Bogføringsdato": lambda p: danish_date(p.posting_date, "."),
        "Valørdato": lambda p: "00.00.0000",
        "Medarbejders navn": lambda p: _user(p) if p.account_code.startswith("11") else "",
        "Modkonto": lambda p: p.supplier_key,
        "Modkontobetegnelse": lambda p: p.supplier_name,
        "Betegnelse": lambda p: p.text,
        "Vrd./CO-områdevaluta": lambda p: danish_number(p.amount, minus_after=True),
        "COVal": lambda p: "DKK",
        "Funktionsområde": lambda p: p.function_code,
        "Kl.": lambda p: p.dranst_code,
        "Objekt": cost_centre_code,
        "Objektbetegnelse": lambda p: p.cost_centre,
        "Omk.art": lambda p: p.account_code,
        "OmkArtsbetegnelse": lambda p: p.account_name,
        "Partnerobjekt": lambda p: ADMINISTRATIONS[p.partner_code].company_code if p.partner_code else "",
        "User Name": _user,
    }
    lines = _lines(postings, columns)
    if day == FAULTY:
        faults = [Fault("not_a_date", "Bogføringsdato", "00.13.2026"), Fault("not_a_row"), Fault("missing", "Bilagsnummer", ""),
                  Fault("not_an_amount", "Vrd./CO-områdevaluta", "*", loses="all")]  # fmt: skip
        lines = plant(lines, faults, "sap", ("Bilagsnummer", "390099000"))
    total = sum((p.amount for p in postings), Decimal(0))
    lines.append(
        Line({"Bilagsnummer": "*", "Vrd./CO-områdevaluta": danish_number(total, minus_after=True)}, fault="total")
    )
    content = formats.csv_bytes(table(list(columns), lines), ";", "windows-1252")
    return [
        Extract(
            "buf.postings",
            f"CJI3_{stamp(day).replace('-', '')}.csv.gz",
            day,
            lines,
            2,
            formats.gzip_bytes(content),
            days_later=9,
        )
    ]


def _dynamics(postings: list[Posting], day: date) -> list[Extract]:
    """A Dynamics-like entity as text: ISO times at noon, a purchase is negative, functions without dots."""
    columns: Columns = {
        "dataAreaId": lambda p: "suf",
        "Voucher": lambda p: f"EFAK-{p.voucher_key[1:]}",
        "TransDate": lambda p: f"{p.posting_date}T12:00:00Z",
        "Invoice": lambda p: p.voucher_key[-6:],
        "AccountNum": lambda p: p.supplier_key,
        "Name": lambda p: p.supplier_name,
        "VATNum": lambda p: f"DK{p.registration_code}" if p.registration_code else "",
        "MainAccount": lambda p: p.account_code,
        "MainAccountName": lambda p: p.account_name,
        "CostCenter": cost_centre_code,
        "CostCenterName": lambda p: p.cost_centre,
        "Function": lambda p: p.function_code.replace(".", ""),
        "ProjId": lambda p: p.project_code,
        "ContractId": lambda p: p.contract_key,
        "InterCompany": lambda p: p.partner_code.upper(),
        "Txt": lambda p: p.text,
        "AmountCur": lambda p: f"{-p.amount:.2f}",
        "CurrencyCode": lambda p: "DKK",
        "CreatedBy": _user,
    }
    lines = _lines(postings, columns)
    if day == FAULTY:
        faults = [
            Fault("not_a_date", "TransDate", "2026-09-31T12:00:00Z"),
            Fault("unknown_code", "InterCompany", "XYZ"),
        ]
        lines = plant(lines, faults, "dynamics", ("Voucher", "EFAK-99900000"))
    content = formats.csv_bytes(table(list(columns), lines), ",", "utf-8")
    return [
        Extract(
            "suf.postings", f"VendTrans_{stamp(day)}.csv.gz", day, lines, 2, formats.gzip_bytes(content), days_later=3
        )
    ]


def _opus(postings: list[Posting], day: date) -> list[Extract]:
    """An Opus-like report: two title rows, sum below. One period came wrong first and was delivered again."""
    columns: Columns = {
        "Regnskabsår": lambda p: str(p.posting_date.year),
        "Periode": lambda p: str(p.fiscal_period),
        "Omkostningssted": cost_centre_code,
        "Omkostningssted tekst": lambda p: p.cost_centre,
        "Funktion": lambda p: p.function_code,
        "Dranst": lambda p: p.dranst_code,
        "PSP-element": lambda p: p.project_code,
        "Artskonto": lambda p: p.account_code,
        "Artskonto tekst": lambda p: p.account_name,
        "Bilagsnr.": lambda p: p.voucher_key,
        "Bogføringsdato": lambda p: danish_date(p.posting_date),
        "Tekst": lambda p: p.text,
        "Kreditor": lambda p: p.supplier_key,
        "Kreditornavn": lambda p: p.supplier_name,
        "CVR": lambda p: p.registration_code,
        "Modpart": lambda p: p.partner_code.upper(),
        "Beløb": lambda p: danish_number(p.amount),
        "Brugernavn": _user,
    }
    lines = _lines(postings, columns)
    extracts = []
    if day == CORRECTED:
        first = [replace(line, amount=None) for line in lines[: len(lines) * 9 // 10]]
        extracts.append(_opus_file(columns, first, day, "", in_force=False))
    if day == FAULTY:
        faults = [Fault("not_an_amount", "Beløb", "u/b", loses="all"), Fault("not_a_year", "Regnskabsår", "26"),
                  Fault("not_a_whole_number", "Periode", "september")]  # fmt: skip
        lines = plant(lines, faults, "opus", ("Bilagsnr.", "590099000"))
    extracts.append(_opus_file(columns, lines, day, "_rettet" if day == CORRECTED else ""))
    return extracts


def _opus_file(columns: Columns, lines: list[Line], day: date, suffix: str, in_force: bool = True) -> Extract:
    total = sum((_amount(line) for line in lines if not line.fault), Decimal(0))
    lines = [*lines, Line({"Regnskabsår": "I alt", "Beløb": danish_number(total)}, fault="total")]
    above = [["Socialforvaltningen, finansposter"], [f"Udtræk for {stamp(day)}, beløb i kr."]]
    content = formats.gzip_bytes(formats.csv_bytes(table(list(columns), lines, above), ";", "windows-1252"))
    name = f"finansposter_{stamp(day)}{suffix}.csv.gz"
    note = "Erstatter leverancen af 6. juli, hvor de sidste bilag manglede." if suffix else ""
    return Extract("sof.postings", name, day, lines, 4, content, days_later=16 if suffix else 6, control_totals=in_force,
                   in_force=in_force, note=note)  # fmt: skip


def _parquet(postings: list[Posting], day: date) -> list[Extract]:
    """A typed ledger from the data platform, with line ids and, for some lines, the contract and system meant."""
    text = pa.string()

    def strings(make: Callable[[Posting], str]) -> pa.Array:
        return pa.array([make(p) or None for p in postings], text)

    content = formats.parquet_bytes(
        {
            "line_id": strings(lambda p: f"{p.voucher_key}-{random.Random(f'{p.text}{p.amount}').randrange(100):02d}"),
            "voucher": strings(lambda p: p.voucher_key),
            "posting_date": pa.array([p.posting_date for p in postings], pa.date32()),
            "fiscal_year": pa.array([p.posting_date.year for p in postings], pa.int32()),
            "fiscal_period": pa.array([p.fiscal_period for p in postings], pa.int32()),
            "cost_centre": strings(cost_centre_code),
            "cost_centre_name": strings(lambda p: p.cost_centre),
            "function": strings(lambda p: p.function_code),
            "dranst": strings(lambda p: p.dranst_code),
            "art": strings(lambda p: p.art_code),
            "account": strings(lambda p: p.account_code),
            "account_name": strings(lambda p: p.account_name),
            "project": strings(lambda p: p.project_code),
            "vendor_account": strings(lambda p: p.supplier_key),
            "vendor_name": strings(lambda p: p.supplier_name),
            "vendor_cvr": strings(lambda p: p.registration_code),
            "contract_id": strings(lambda p: p.contract_key),
            "system_id": strings(lambda p: p.system_key),
            "counterparty": strings(lambda p: p.partner_code),
            "text": strings(lambda p: p.text),
            "amount_dkk": pa.array([p.amount for p in postings], pa.decimal128(18, 2)),
            "posted_by": strings(_user),
        }
    )
    lines = [Line({"posted_by": _user(p)}, p.amount, p) for p in postings]
    return [
        Extract(
            "tmf.postings", f"ledger_{stamp(day)}.parquet", day, lines, 1, content, days_later=2, control_totals=True
        )
    ]
