"""Conform: real file shapes in, canonical rows out; bad rows and bad files are named in words, and nothing is lost."""

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError, DeliveryRefused
from pipelines.files import CHUNK
from pipelines.ingest.expressions import BLANKS
from tests.conforming import COLUMNS, amounts, contract, run

SAP = "Rapport;;\n;;\nBilag;Dato;Beløb\n0001;01.02.2026;1.234,56-\n\n0002;28.02.2026;12\nI alt;;1.222,56-\n"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_sap_ledger_in_every_encoding_and_line_end(tmp_path: Path, encoding: str, line_end: str) -> None:
    layout = {"encoding": encoding, "headerRow": 3, "totalRows": {"column": "Bilag", "pattern": "^I alt"}}
    report, rows, _ = run(tmp_path, contract(tmp_path, layout), SAP.replace("\n", line_end).encode(encoding))
    assert amounts(rows) == [(4, "-1234.56"), (6, "12.00")]
    assert rows[0]["voucher_key"] == "0001"
    assert rows[0]["posting_date"] == date(2026, 2, 1)
    assert (report.source_rows, report.total_rows, report.blank_rows) == (2, 1, 1)


def test_byte_order_mark_and_gzip_are_seen_through(tmp_path: Path) -> None:
    text = "Bilag;Dato;Beløb\n1;01.02.2026;5\n"
    _, rows, _ = run(tmp_path, contract(tmp_path), gzip.compress(text.encode("utf-8-sig")), "poster.csv.gz")
    assert amounts(rows) == [(2, "5.00")]


def test_bad_rows_are_rejected_alone_with_row_column_and_words(tmp_path: Path) -> None:
    text = "Bilag;Dato;Beløb\n1;31.02.2026;5\n;01.02.2026;5\n3;01.02.2026;5,x\n4;01.02.2026\n5;01.02.2026;7\n"
    report, rows, faults = run(tmp_path, contract(tmp_path), text.encode())
    assert amounts(rows) == [(6, "7.00")]
    assert [(f[0], f[1], f[2]) for f in faults] == [
        (2, "Dato", "not_a_date"),
        (3, "Bilag", "missing"),
        (4, "Beløb", "not_an_amount"),
        (5, None, "not_a_row"),
    ]
    assert "expected a date as dd.MM.yyyy, found '31.02.2026'" in faults[0][3]
    assert report.source_rows == report.accepted_rows + report.rejected_rows == 5
    assert report.source_amount == report.accepted_amount + report.rejected_amount == Decimal("17.00")


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("1.234,56-", {"decimal": ",", "thousands": "."}, "-1234.56"),
        ("(1.234,56)", {"decimal": ",", "thousands": "."}, "-1234.56"),
        ("-1 234,5", {"decimal": ",", "thousands": " "}, "-1234.50"),
        ("1\u00a0234\u00a0567,00", {"decimal": ",", "thousands": " "}, "1234567.00"),
        ("\u22125,25", {"decimal": ","}, "-5.25"),
        ("1,234.5", {"decimal": ".", "thousands": ","}, "1234.50"),
        ("1,5E+3", {"decimal": ",", "scientific": "exact"}, "1500.00"),
        ("1,5E+3", {"decimal": ","}, None),
        ("12.5", {"decimal": ",", "thousands": "."}, None),
        ("12.5", {"decimal": ","}, None),
        ("1.23,45", {"decimal": ",", "thousands": "."}, None),
        ("0,005", {"decimal": ","}, None),
        ("12 kr", {"decimal": ","}, None),
        ("99999999999999999999", {"decimal": ","}, None),
        ("9999999999999999,99", {"decimal": ","}, "9999999999999999.99"),
        ("12,3400000000", {"decimal": ","}, "12.34"),
        ("0x10", {"decimal": ","}, None),
        ("1_0", {"decimal": ","}, None),
    ],
)
def test_amounts_are_read_exactly_or_not_at_all(
    tmp_path: Path, text: str, style: dict[str, str], expected: str | None
) -> None:
    _, rows, faults = run(
        tmp_path, contract(tmp_path, numbers=style), f"Bilag;Dato;Beløb\n1;01.02.2026;{text}\n2;01.02.2026;1\n".encode()
    )
    found = {r["source_row_number"]: str(r["posting_amount"]) for r in rows}
    assert found.get(2) == expected
    assert bool(faults) == (expected is None)


def test_unit_and_sign_make_whole_currency_with_cost_positive(tmp_path: Path) -> None:
    agreement = contract(tmp_path, amounts={"unit": 1000000, "sign": -1})
    _, rows, _ = run(tmp_path, agreement, "Bilag;Dato;Beløb\n1;01.02.2026;-12,345678\n".encode())
    assert amounts(rows) == [(2, "12345678.00")]


@pytest.mark.parametrize("blank", list(BLANKS))
@pytest.mark.parametrize("other", ["", "\u00a0", "+"])
def test_blanks_around_a_cell_are_no_part_of_it(tmp_path: Path, blank: str, other: str) -> None:
    """Whatever else stands in the file: what a file cannot hold is not looked for in its cells."""
    cell = f'"{blank}7A{blank}"' if blank in "\r\n" else f"{blank}7A{blank}"
    content = f"Bilag;Dato;Beløb\n{cell};01.02.2026;1\nx{other}y;01.02.2026;1\n"
    _, rows, _ = run(tmp_path, contract(tmp_path), content.encode())
    assert [r["voucher_key"] for r in rows] == ["7A", f"x{other}y"]


def test_a_shortened_code_is_found_wherever_it_stands_in_a_large_file(tmp_path: Path) -> None:
    """Also where it is cut by the pieces in which the file is looked through."""
    head, line = "Bilag;Dato;Beløb\n", "{};01.02.2026;1\n"
    for shift in range(12):
        filler = line.format("1" * (CHUNK - len(head.encode()) - len(line.format("")) - shift))
        _, rows, faults = run(tmp_path, contract(tmp_path), (head + filler + line.format("5,798E+12")).encode())
        assert ([f[2] for f in faults], len(rows)) == (["digits_lost"], 1)


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("2026", "yyyy", 2026),
        ("2025-26", "yyyy-yyyy", 2025),
        ("-999", "yyyy", None),
        ("2e03", "yyyy", None),
        ("20.5", "yyyy", None),
        ("2026", "yyyy-yyyy", None),
    ],
)
def test_years(tmp_path: Path, text: str, style: str, expected: int | None) -> None:
    year = {"name": "fiscal_year", "physicalName": "År", "logicalType": "string"}
    year["customProperties"] = [{"property": "format", "value": style}]  # type: ignore[assignment]
    content = f"Bilag;Dato;Beløb;År\n1;01.02.2026;1;{text}\n2;01.02.2026;1;\n"
    _, rows, _ = run(tmp_path, contract(tmp_path, columns=[*COLUMNS, year]), content.encode())
    assert {r["voucher_key"]: r["fiscal_year"] for r in rows} == {"2": None} | ({"1": expected} if expected else {})


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("dd.MM.yyyy", "03.02.2026"),
        ("d/M/yyyy", "3/2/2026"),
        ("yyyyMMdd", "20260203"),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2026-02-03T12:00:00Z"),
    ],
)
def test_date_styles(tmp_path: Path, style: str, text: str) -> None:
    columns = [COLUMNS[0], COLUMNS[1] | {"logicalTypeOptions": {"format": style}}, COLUMNS[2]]
    _, rows, _ = run(tmp_path, contract(tmp_path, columns=columns), f"Bilag;Dato;Beløb\n1;{text};1\n".encode())
    assert rows[0]["posting_date"] == date(2026, 2, 3)


def test_open_and_empty_dates_are_no_dates(tmp_path: Path) -> None:
    columns = [
        {"name": "contract_key", "physicalName": "Id", "logicalType": "string"},
        {"name": "contract_name", "physicalName": "Navn", "logicalType": "string"},
        {
            "name": "end_date",
            "physicalName": "Slut",
            "logicalType": "date",
            "logicalTypeOptions": {"format": "dd-MM-yyyy"},
        },
    ]
    agreement = contract(
        tmp_path, columns=columns, dataset="contracts", mode="snapshot", emptyDates=["31-12-9999", "00-00-0000"]
    )
    _, rows, faults = run(tmp_path, agreement, b"Id;Navn;Slut\n1;A;31-12-9999\n2;B;00-00-0000\n3;C;\n4;D;01-02-2026\n")
    assert [r["end_date"] for r in rows] == [None, None, None, date(2026, 2, 1)]
    assert not faults


SYSTEMS = [
    {"name": "system_key", "physicalName": "Id", "logicalType": "string"},
    {"name": "system_name", "physicalName": "Navn", "logicalType": "string"},
    {
        "name": "lifecycle_code",
        "physicalName": "Livscyklus",
        "logicalType": "string",
        "customProperties": [{"property": "codeList", "value": {"I drift": "operational", "": "undecided"}}],
    },
    {
        "name": "capability_codes",
        "physicalName": "KLE",
        "logicalType": "string",
        "customProperties": [{"property": "multiValued", "value": ","}],
    },
]


def test_code_lists_map_and_unknown_values_reject_the_row(tmp_path: Path) -> None:
    agreement = contract(tmp_path, columns=SYSTEMS, dataset="systems", mode="snapshot")
    text = "Id;Navn;Livscyklus;KLE\n001;A;I drift;00.01.10, 27.03\n002;B;;\n003;C;Ukendt;\n001;D;;\n"
    report, rows, faults = run(tmp_path, agreement, text.encode())
    assert [(r["system_key"], r["lifecycle_code"], r["capability_codes"]) for r in rows] == [
        ("001", "operational", "00.01.10|27.03"),
        ("002", "undecided", None),
    ]
    assert [(f[0], f[2]) for f in faults] == [(4, "unknown_code"), (5, "repeated_key")]
    assert "row 2" in faults[1][3]
    assert report.rejected_rows == 2


BUDGETS = [
    {"name": "budget_line_key", "physicalName": "Linje", "logicalType": "string"},
    {"name": "fiscal_year", "physicalName": "År", "logicalType": "integer"},
]


def test_wide_columns_become_rows_and_unknown_stays_unknown(tmp_path: Path) -> None:
    unpivot = {
        "into": "budget_amount",
        "columns": {"Vedtaget budget": {"measure_code": "adopted"}, "Forbrug": {"measure_code": "actual"}},
    }
    agreement = contract(
        tmp_path,
        columns=BUDGETS,
        dataset="budgets",
        unpivot=unpivot,
        constants={"version_code": "B2026"},
        amounts={"unit": 1000, "priceYear": 2026},
    )
    text = "Linje;År;Vedtaget budget;Forbrug\nA;2026;1,5;\nB;2026;2;x\n"
    report, rows, faults = run(tmp_path, agreement, text.encode())
    assert [
        (r["source_column"], r["measure_code"], r["budget_amount"], r["version_code"], r["price_year"]) for r in rows
    ] == [
        ("Forbrug", "actual", None, "B2026", 2026),
        ("Vedtaget budget", "adopted", Decimal("1500.00"), "B2026", 2026),
    ]
    assert (report.source_rows, report.accepted_rows, report.rejected_rows, report.output_rows) == (2, 1, 1, 2)
    assert [f[1] for f in faults] == ["Forbrug"]


def test_a_column_may_name_the_administration(tmp_path: Path) -> None:
    rule = {"column": "Selskab", "codeList": {"1000": "okf", "2000": "tmf"}}
    agreement = contract(tmp_path, administration=rule)
    _, rows, faults = run(
        tmp_path,
        agreement,
        "Selskab;Bilag;Dato;Beløb\n1000;1;01.02.2026;5\n2000;2;01.02.2026;6\n3000;3;01.02.2026;7\n".encode(),
    )
    assert [r["administration_code"] for r in rows] == ["okf", "tmf"]
    assert [f[2] for f in faults] == ["unknown_administration"]


def test_file_name_groups_give_values(tmp_path: Path) -> None:
    columns = [*BUDGETS, {"name": "budget_amount", "physicalName": "Beløb", "logicalType": "number"}]
    layout = {"filePattern": r"budget_(?P<version_code>B\d{4})\.csv"}
    agreement = contract(tmp_path, layout, columns, "budgets", constants={"measure_code": "adopted"})
    _, rows, _ = run(tmp_path, agreement, "Linje;År;Beløb\nA;2027;5\n".encode(), "budget_B2027.csv")
    assert rows[0]["version_code"] == "B2027"


def test_spreadsheet_with_titles_and_sums(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [
        ["Rapport"],
        [],
        ["Bilag", "Dato", "Beløb"],
        ["0001", datetime(2026, 2, 3), 0.1 + 0.2],
        ["2", "04.02.2026", "1.234,50-"],
        ["I alt", None, 1],
    ]:
        sheet.append(row)
    book.save(tmp_path / "p.xlsx")
    layout = {"format": "xlsx", "headerRow": 3, "totalRows": {"column": "Bilag", "pattern": "^I alt$"}}
    report, rows, _ = run(tmp_path, contract(tmp_path, layout), tmp_path / "p.xlsx", "p.xlsx")
    assert amounts(rows) == [(4, "0.30"), (5, "-1234.50")]
    assert rows[0]["posting_date"] == date(2026, 2, 3)
    assert report.total_rows == 1


JSON_COLUMNS = [
    {"name": "system_key", "physicalName": "uuid", "logicalType": "string"},
    {"name": "system_name", "physicalName": "general.name", "logicalType": "string"},
    {"name": "capability_codes", "physicalName": "kle[].name", "logicalType": "array"},
    {"name": "user_count", "physicalName": "general.users", "logicalType": "integer"},
]
RECORDS = [
    {
        "uuid": "a",
        "general": {"name": "Ærø", "users": 5},
        "kle": [{"name": "00.01"}, {"name": "27.03"}],
        "modified": "x",
    },
    {"uuid": "b", "general": {"name": "B'\"; drop table x", "users": None}, "kle": [], "modified": "y"},
]


@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_api_records_by_path(tmp_path: Path, kind: str) -> None:
    layout = {"format": kind} | ({"recordPath": "data.items"} if kind == "json" else {})
    agreement = contract(tmp_path, layout, JSON_COLUMNS, "systems", mode="snapshot", ignoredColumns=["modified"])
    text = json.dumps({"data": {"items": RECORDS}}) if kind == "json" else "\n".join(json.dumps(r) for r in RECORDS)
    _, rows, _ = run(tmp_path, agreement, text.encode(), f"s.{kind}")
    assert [(r["system_key"], r["system_name"], r["capability_codes"], r["user_count"]) for r in rows] == [
        ("a", "Ærø", "00.01|27.03", 5),
        ("b", "B'\"; drop table x", None, None),
    ]


def test_parquet_keeps_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Bilag": ["1", "2"],
            "Dato": [date(2026, 2, 3), date(2026, 2, 4)],
            "Beløb": pa.array([Decimal("-12.34"), Decimal("5.00")], pa.decimal128(12, 2)),
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    _, rows, _ = run(tmp_path, contract(tmp_path, {"format": "parquet"}), tmp_path / "p.parquet", "p.parquet")
    assert amounts(rows) == [(1, "-12.34"), (2, "5.00")]
    assert rows[0]["posting_date"] == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("text", "custom", "named"),
    [
        ("Bilag;Dato\n1;2\n", {}, "expected the column 'Beløb'"),
        ("Bilag;Dato;Beløb;Ny\n1;;3;4\n", {}, "found also 'Ny'"),
        ("Bilag;Dato;Beløb;Beløb\n1;;3;4\n", {}, "expected once only 'Beløb'"),
        ("Bilag;Dato;Beløb\n", {}, "expected rows below the header"),
        (
            "Bilag;Dato;Beløb\n1;01.02.2026;x\n2;01.02.2026;3\n",
            {"rejectionThreshold": {"share": 0.05}},
            "1 of 2 (50.0%)",
        ),
        ("", {}, "expected a header in row 1"),
        ('[{"Bilag": 1}]', {}, "expected the column"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(
    tmp_path: Path, text: str, custom: dict[str, Any], named: str
) -> None:
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, **custom), text.encode())
    assert named in str(raised.value)
    assert "poster.csv" in str(raised.value)


def test_unknown_columns_may_be_only_warned_about(tmp_path: Path) -> None:
    report, rows, _ = run(
        tmp_path, contract(tmp_path, unknownColumns="warn"), "Bilag;Dato;Beløb;Ny\n1;01.02.2026;3;4\n".encode()
    )
    assert amounts(rows) == [(2, "3.00")]
    assert "'Ny'" in report.warnings[0]


def test_wrong_encoding_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefused, match="expected text in utf-8"):
        run(tmp_path, contract(tmp_path), "Bilag;Dato;Beløb\n1;;3\n".encode("windows-1252"))


@pytest.mark.parametrize("layout", [{"format": "xlsx"}, {"format": "parquet"}, {"format": "json"}])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, layout: dict[str, str]) -> None:
    with pytest.raises(DeliveryRefused, match="expected"):
        run(tmp_path, contract(tmp_path, layout), "Bilag;Dato;Beløb\n1;;3\n".encode())


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(CELLS, CELLS, st.decimals(-(10**6), 10**6, places=2) | CELLS), min_size=1, max_size=12))
def test_nothing_is_lost_whatever_the_cells_hold(tmp_path: Path, lines: list[tuple[str, str, Any]]) -> None:
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n")
    writer.writerow(["Bilag", "Dato", "Beløb"])
    writer.writerows((a, b, str(c).replace(".", ",")) for a, b, c in lines)
    try:
        report, rows, faults = run(tmp_path, contract(tmp_path), buffer.getvalue().encode())
    except DeliveryRefused:
        return
    assert report.source_rows == report.accepted_rows + report.rejected_rows
    assert report.source_rows + report.blank_rows == len(lines)
    assert len(rows) == report.accepted_rows
    assert len({f[0] for f in faults}) == report.rejected_rows
    assert sum((r["posting_amount"] for r in rows), Decimal(0)) == report.accepted_amount


INVENTORY = [
    {"name": "system_key", "physicalName": "Id", "logicalType": "string", "required": True},
    {"name": "system_name", "physicalName": "Name", "logicalType": "string"},
]


def test_a_layout_renames_any_column_and_may_compose_a_key(tmp_path: Path) -> None:
    """A new layout without ids: the key is made of columns, the administration's column has another header."""
    agreement = contract(
        tmp_path,
        columns=INVENTORY,
        dataset="systems",
        administration={"column": "Org"},
        layouts=[
            {
                "fromDate": "2026-01-01",
                "headers": {"Org": "Agency", "Name": "Use case"},
                "compose": {"system_key": {"columns": ["Bureau", "Use case"], "emptyParts": "skip"}},
            }
        ],
        ignoredColumns=["Id"],
    )
    text = "Agency;Bureau;Use case\ntmf;B1;Chat\ntmf;;Chat\n"
    _, rows, faults = run(tmp_path, agreement, text.encode())
    assert [(r["administration_code"], r["system_key"], r["system_name"]) for r in rows] == [
        ("tmf", "B1/Chat", "Chat"),
        ("tmf", "Chat", "Chat"),
    ]
    assert faults == []


def test_a_value_composed_of_an_empty_part_is_missing_unless_parts_may_be_empty(tmp_path: Path) -> None:
    composed = {
        "name": "system_key",
        "logicalType": "string",
        "required": True,
        "customProperties": [{"property": "compose", "value": {"columns": ["Bureau", "Name"]}}],
    }
    agreement = contract(tmp_path, columns=[composed, INVENTORY[1]], dataset="systems")
    _, rows, faults = run(tmp_path, agreement, b"Bureau;Name\nB1;Chat\n;Chat\n")
    assert [r["system_key"] for r in rows] == ["B1/Chat"]
    assert [(f[0], f[1], f[2]) for f in faults] == [(3, "Bureau + Name", "missing")]


def test_a_layout_may_spell_a_header_that_differs_in_case_only(tmp_path: Path) -> None:
    """Headers are compared without case, so two spellings may find the same column: it stands there once."""
    agreement = contract(tmp_path, layouts=[{"fromDate": "2020-01-01", "headers": {"Bilag": "BILAG"}}])
    _, rows, _ = run(tmp_path, agreement, "BILAG;Dato;Beløb\n1;01.02.2026;5\n".encode())
    assert amounts(rows) == [(2, "5.00")]


@pytest.mark.parametrize(
    "change", [{"headers": {"Bilagg": "Voucher"}}, {"compose": {"system_key": {"columns": ["Bilag"]}}}]
)
def test_a_layout_that_changes_what_the_contract_does_not_name_is_an_error(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match="layouts"):
        contract(tmp_path, layouts=[{"fromDate": "2020-01-01"} | change])
