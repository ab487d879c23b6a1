"""Everything that docs/contracts.md says a contract can say, each with a file made by hand. The basics are in test_ingest.py."""

import gzip
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.errors import ConfigurationError, DeliveryRefused
from pipelines.ingest import unpack
from tests.conforming import COLUMNS, amounts, contract, run

HEADER = "Bilag;Dato;Beløb\n"
LINES = HEADER + "1;01.02.2026;5\n2;02.02.2026;7,50\n"
SYSTEM = [
    {"name": "system_key", "physicalName": "Id", "logicalType": "string"},
    {"name": "system_name", "physicalName": "Navn", "logicalType": "string"},
]


def column(name: str, physical_name: str | None, logical_type: str = "string", **custom: Any) -> dict[str, Any]:
    """One property; `custom` are its custom properties."""
    named = {"physicalName": physical_name} if physical_name else {}
    properties = [{"property": k, "value": v} for k, v in custom.items()]
    return {"name": name, "logicalType": logical_type, **named, "customProperties": properties}


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def refusal(tmp_path: Path, *args: Any, **options: Any) -> str:
    """What a file is refused with, which names the file."""
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, *args, **options)
    return str(raised.value)


# --- values


def test_texts_that_mean_empty_are_empty_in_any_column(tmp_path: Path) -> None:
    agreement = contract(tmp_path, emptyTexts=["#", "Ikke tildelt"])
    _, rows, faults = run(tmp_path, agreement, (HEADER + "1;01.02.2026;5\n#;01.02.2026;6\n3; # ;7\n").encode())
    assert amounts(rows) == [(2, "5.00")]
    assert [(f[0], f[1], f[2]) for f in faults] == [(3, "Bilag", "missing"), (4, "Dato", "missing")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("45689", date(2025, 2, 1)), ("45689,75", date(2025, 2, 1)), ("2025-02-01", date(2025, 2, 1)),
     ("99999999999", None), ("1e30", None), ("-5", None), ("nan", None), ("inf", None), ("i går", None)],
)  # fmt: skip
def test_excel_day_numbers_are_dates_and_others_are_rejected(tmp_path: Path, text: str, expected: date | None) -> None:
    columns = [COLUMNS[0], {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"}, COLUMNS[2]]
    agreement = contract(tmp_path, columns=columns, dates=["yyyy-MM-dd", "excel"])
    _, rows, faults = run(tmp_path, agreement, (HEADER + f"1;{text};5\n2;2026-01-01;5\n").encode())
    assert [r["posting_date"] for r in rows if r["source_row_number"] == 2] == ([expected] if expected else [])
    assert [f[2] for f in faults] == ([] if expected else ["not_a_date"])


def test_dates_are_tried_in_the_order_given(tmp_path: Path) -> None:
    columns = [COLUMNS[0], {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"}, COLUMNS[2]]
    agreement = contract(tmp_path, columns=columns, dates=["dd-MM-yy", "yyyyMMdd"])
    _, rows, _ = run(tmp_path, agreement, (HEADER + "1;01-02-26;5\n2;20260202;5\n").encode())
    assert [r["posting_date"] for r in rows] == [date(2026, 2, 1), date(2026, 2, 2)]


def test_the_catalogue_has_no_yes_or_no_field_yet_but_the_words_are_known(tmp_path: Path) -> None:
    import duckdb

    from pipelines.contracts.catalogue import FieldDefinition
    from pipelines.contracts.parts import Column
    from pipelines.ingest.expressions import cast_of

    field = FieldDefinition(type="boolean", description="Yes or no.")
    (step,) = cast_of(Column(name="is_shared"), field, contract(tmp_path), None).make
    words = {"Ja": True, "x": True, "1": True, "TRUE": True, "nej": False, "0": False, "False": False, "måske": None}
    with duckdb.connect() as connection:
        found = {
            w: connection.execute(f"select {step.format(x='w')} from (select ? as w)", [w]).fetchone() for w in words
        }
    assert {w: row and row[0] for w, row in found.items()} == words


def test_a_shortened_code_is_rejected_with_that_explanation_and_a_whole_one_kept(tmp_path: Path) -> None:
    text = "Bilag;Dato;Beløb\n5,798E+12;01.02.2026;5\n5798000000017;01.02.2026;6\n0012E3;01.02.2026;7\n"
    _, rows, faults = run(tmp_path, contract(tmp_path), text.encode())
    assert [r["voucher_key"] for r in rows] == ["5798000000017", "0012E3"]
    assert [(f[0], f[2]) for f in faults] == [(2, "digits_lost")]
    assert "a spreadsheet shortened it" in faults[0][3]
    assert "5,798E+12" in faults[0][3]


def test_scientific_amounts_are_rejected_unless_they_are_exact(tmp_path: Path) -> None:
    text = (HEADER + "1;01.02.2026;1,5E+03\n2;01.02.2026;1\n").encode()
    _, rows, faults = run(tmp_path, contract(tmp_path), text)
    assert (amounts(rows), [f[2] for f in faults]) == ([(3, "1.00")], ["not_an_amount"])
    agreement = contract(tmp_path, numbers={"decimal": ",", "scientific": "exact"})
    assert amounts(run(tmp_path, agreement, text)[1]) == [(2, "1500.00"), (3, "1.00")]


def test_vat_and_price_year_of_amounts_fill_their_fields(tmp_path: Path) -> None:
    _, rows, _ = run(tmp_path, contract(tmp_path, amounts={"vat": "included"}), LINES.encode())
    assert {r["vat_code"] for r in rows} == {"included"}


def test_one_amount_column_may_have_a_unit_and_sign_of_its_own(tmp_path: Path) -> None:
    columns = [*COLUMNS[:2], column("posting_amount", "Beløb", "number", amountUnit=1000, sign=-1)]
    _, rows, _ = run(tmp_path, contract(tmp_path, columns=columns), LINES.encode())
    assert amounts(rows) == [(2, "-5000.00"), (3, "-7500.00")]


def test_a_value_composed_of_columns_is_missing_when_one_of_them_is(tmp_path: Path) -> None:
    columns = [column("voucher_key", None, compose={"columns": ["År", "Nr"], "separator": "/"}), *COLUMNS[1:]]
    columns[0]["required"] = True
    text = "År;Nr;Dato;Beløb\n2026;007;01.02.2026;5\n2026;;01.02.2026;6\n"
    _, rows, faults = run(tmp_path, contract(tmp_path, columns=columns), text.encode())
    assert [r["voucher_key"] for r in rows] == ["2026/007"]
    assert [(f[0], f[1], f[2]) for f in faults] == [(3, "År + Nr", "missing")]


def test_year_styles(tmp_path: Path) -> None:
    columns = [*COLUMNS, column("fiscal_year", "År", "integer", format="yyyy-yyyy")]
    text = "Bilag;Dato;Beløb;År\n1;01.02.2026;5;2026-2027\n2;01.02.2026;5;2026/27\n3;01.02.2026;5;26\n"
    _, rows, faults = run(tmp_path, contract(tmp_path, columns=columns), text.encode())
    assert [r["fiscal_year"] for r in rows] == [2026, 2026]
    assert [(f[0], f[2]) for f in faults] == [(4, "not_a_year")]


# --- columns


def test_an_optional_column_may_be_missing_and_is_read_when_it_is_there(tmp_path: Path) -> None:
    columns = [*COLUMNS, column("posting_text", "Tekst", optional=True)]
    agreement = contract(tmp_path, columns=columns)
    assert [r["posting_text"] for r in run(tmp_path, agreement, LINES.encode())[1]] == [None, None]
    text = "Bilag;Dato;Tekst;Beløb\n1;01.02.2026;Leje;5\n"
    assert [r["posting_text"] for r in run(tmp_path, agreement, text.encode())[1]] == ["Leje"]


def test_a_header_may_have_other_spellings_and_ignored_columns_may_end_in_a_star(tmp_path: Path) -> None:
    columns = [*COLUMNS[:2], column("posting_amount", "Beløb", "number", aliases=["Beloeb", "Amount"])]
    agreement = contract(tmp_path, columns=columns, ignoredColumns=["Bruger*"])
    text = "BILAG ;Dato;Beloeb;Brugernavn;Bruger id\n1;01.02.2026;5;x;y\n"
    assert amounts(run(tmp_path, agreement, text.encode())[1]) == [(2, "5.00")]


def test_code_lists_from_a_file_of_the_instance(tmp_path: Path) -> None:
    (tmp_path / "stages.csv").write_text("stage,code\nI drift,operational\nUde,retired\n", "utf-8")
    (tmp_path / "organisations.csv").write_text("number,organization_id\n1000,okf\n2000,tmf\n", "utf-8")
    columns = [
        *SYSTEM,
        column("lifecycle_code", "Fase", codeListFile={"path": "stages.csv", "key": "stage", "value": "code"}),
    ]
    rule = {
        "column": "Selskab",
        "codeListFile": {"path": "organisations.csv", "key": "number", "value": "organization_id"},
    }
    agreement = contract(tmp_path, columns=columns, dataset="systems", mode="snapshot", administration=rule)
    text = "Selskab;Id;Navn;Fase\n1000;1;A;I drift\n2000;2;B;Ude\n2000;3;C;?\n9;4;D;Ude\n"
    _, rows, faults = run(tmp_path, agreement, text.encode())
    assert [(r["administration_code"], r["lifecycle_code"]) for r in rows] == [
        ("okf", "operational"),
        ("tmf", "retired"),
    ]
    assert [(f[0], f[2]) for f in faults] == [(4, "unknown_code"), (5, "unknown_administration")]


def test_layouts_change_headers_encoding_and_dates_from_a_date_on(tmp_path: Path) -> None:
    columns = [COLUMNS[0], {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"}, COLUMNS[2]]
    change = {
        "fromDate": date(2026, 2, 1),
        "headers": {"Beløb": "Beløb i kr."},
        "encoding": "windows-1252",
        "dates": ["dd.MM.yyyy"],
        "delimiter": ",",
        "headerRow": 2,
        "numbers": {"decimal": "."},
        "amounts": {"sign": -1},
    }
    agreement = contract(tmp_path, {"encoding": "utf-8"}, columns, layouts=[change], dates=["yyyyMMdd"])
    old, new = "Bilag;Dato;Beløb\n1;20260102;5,5\n", "Rapport\nBilag,Dato,Beløb i kr.\n1,02.01.2026,5.5\n"
    _, rows, _ = run(tmp_path, agreement, old.encode(), on=date(2026, 1, 31))
    assert (rows[0]["posting_date"], rows[0]["posting_amount"]) == (date(2026, 1, 2), Decimal("5.50"))
    _, rows, _ = run(tmp_path, agreement, new.encode("windows-1252"), on=date(2026, 2, 1))
    assert (rows[0]["posting_date"], rows[0]["posting_amount"]) == (date(2026, 1, 2), Decimal("-5.50"))
    assert "expected the column" in refusal(tmp_path, agreement, new.encode(), on=date(2026, 1, 31))


# --- rules on rows, corrections


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ({"column": "fiscal_period", "between": [1, 16]}, {3}),
        ({"column": "voucher_key", "matches": "[0-9]{4}"}, {4}),
        ({"column": "posting_text", "requiredWhen": {"art_code": ["4.0", "4.9"]}}, {5}),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_with_the_rules_sentence(
    tmp_path: Path, rule: dict[str, Any], bad: set[int]
) -> None:
    columns = [
        *COLUMNS,
        column("fiscal_period", "Periode", "integer"),
        column("art_code", "Art"),
        column("posting_text", "Tekst"),
    ]
    agreement = contract(tmp_path, columns=columns, rowRules=[rule | {"description": "Sådan er det aftalt."}])
    text = (
        "Bilag;Dato;Beløb;Periode;Art;Tekst\n0001;01.02.2026;1;16;4.0;a\n0002;01.02.2026;2;17;4.0;b\n"
        "B3;01.02.2026;3;1;9.1;\n0004;01.02.2026;4;;4.0;\n"
    )
    report, rows, faults = run(tmp_path, agreement, text.encode())
    assert {f[0] for f in faults} == bad
    assert {f[2] for f in faults} == {"row_rule"}
    assert "Sådan er det aftalt." in faults[0][3]
    assert {r["source_row_number"] for r in rows} == {2, 3, 4, 5} - bad
    assert report.source_amount == Decimal(10)
    assert report.rejected_amount == sum(n - 1 for n in bad)


def test_not_before_another_field(tmp_path: Path) -> None:
    columns = [
        {"name": "contract_key", "physicalName": "Id", "logicalType": "string"},
        {"name": "contract_name", "physicalName": "Navn", "logicalType": "string"},
        {"name": "start_date", "physicalName": "Fra", "logicalType": "date"},
        {"name": "end_date", "physicalName": "Til", "logicalType": "date"},
    ]
    rule = {"column": "end_date", "notBefore": "start_date", "description": "The end is not before the start."}
    agreement = contract(tmp_path, columns=columns, dataset="contracts", mode="snapshot", rowRules=[rule])
    text = "Id;Navn;Fra;Til\n1;A;2026-01-01;2026-01-01\n2;B;2026-01-02;2026-01-01\n3;C;2026-01-02;\n"
    _, rows, faults = run(tmp_path, agreement, text.encode())
    assert [r["contract_key"] for r in rows] == ["1", "3"]
    assert [(f[0], f[1]) for f in faults] == [(3, "Til")]


@pytest.mark.parametrize(
    "rule",
    [
        {"column": "voucher_key", "between": [1, 2]},
        {"column": "posting_date", "notBefore": "voucher_key"},
        {"column": "voucher_key", "matches": "[0-9"},
        {"column": "nothing", "between": [1, 2]},
    ],
)
def test_a_rule_that_cannot_be_tested_is_a_fault_of_the_contract(tmp_path: Path, rule: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="rowRules"):
        contract(tmp_path, rowRules=[rule | {"description": "-"}])


CORRECTION = {
    "where": {"Bilag": "2"},
    "column": "Beløb",
    "action": "replace",
    "value": "0",
    "reason": "A residue of binary arithmetic.",
    "expect": 1,
}


def test_a_correction_mends_the_rows_it_expects(tmp_path: Path) -> None:
    agreement = contract(tmp_path, corrections=[CORRECTION])
    _, rows, _ = run(tmp_path, agreement, (HEADER + "1;01.02.2026;5\n2;01.02.2026;1,4E-11\n").encode())
    assert amounts(rows) == [(2, "5.00"), (3, "0.00")]


def test_a_correction_may_empty_a_cell(tmp_path: Path) -> None:
    columns = [*COLUMNS, column("posting_text", "Tekst")]
    mend = {"where": {"Bilag": "1"}, "column": "Tekst", "action": "empty", "reason": "Names a person.", "expect": 1}
    agreement = contract(tmp_path, columns=columns, corrections=[mend])
    _, rows, _ = run(tmp_path, agreement, "Bilag;Dato;Beløb;Tekst\n1;01.02.2026;5;Navn\n2;01.02.2026;5;ok\n".encode())
    assert [r["posting_text"] for r in rows] == [None, "ok"]


@pytest.mark.parametrize("lines", ["1;01.02.2026;5\n", "2;01.02.2026;5\n2;01.02.2026;6\n"])
def test_a_correction_that_no_longer_fits_refuses_the_delivery(tmp_path: Path, lines: str) -> None:
    text = refusal(tmp_path, contract(tmp_path, corrections=[CORRECTION]), (HEADER + lines).encode())
    assert "expected 1 rows where Bilag is '2'" in text
    assert "A residue of binary arithmetic" in text


def test_a_correction_of_one_delivery_leaves_the_others_alone(tmp_path: Path) -> None:
    agreement = contract(tmp_path, corrections=[CORRECTION | {"businessDates": [date(2026, 1, 31)]}])
    assert amounts(run(tmp_path, agreement, LINES.encode(), on=date(2026, 1, 31))[1])[1] == (3, "0.00")
    assert amounts(run(tmp_path, agreement, LINES.encode(), on=date(2026, 2, 28))[1])[1] == (3, "7.50")


# --- totals

SUMS = {"totalRows": {"column": "Bilag", "pattern": "^I alt", "amount": "Beløb"}}
GIVEN: list[tuple[dict[str, Any], dict[str, Any], dict[str, str], str]] = [
    (SUMS, {}, {}, "I alt;;{amount}\n"),
    ({}, {}, {"amount": "{amount}", "rows": "2"}, ""),
    ({}, {"controlTotals": {"amount": "{amount}", "rows": 2}}, {}, ""),
]


def with_totals(
    tmp_path: Path, given: tuple[dict[str, Any], dict[str, Any], dict[str, str], str], amount: str, lines: str
) -> tuple[Any, bytes, dict[str, str]]:
    layout, custom, sidecar, sum_row = given
    plain = amount.replace(",", ".")
    custom = {
        n: {k: v.format(amount=plain) if isinstance(v, str) else v for k, v in t.items()} for n, t in custom.items()
    }
    totals = {k: v.format(amount=plain) for k, v in sidecar.items()}
    return contract(tmp_path, layout, **custom), (lines + sum_row.format(amount=amount)).encode(), totals


@pytest.mark.parametrize("given", GIVEN, ids=["sum row", "sidecar", "contract"])
def test_equal_control_totals_pass_and_others_refuse(tmp_path: Path, given: Any) -> None:
    agreement, content, totals = with_totals(tmp_path, given, "12,50", LINES)
    report, rows, _ = run(tmp_path, agreement, content, totals=totals)
    assert (report.warnings, len(rows)) == ((), 2)
    agreement, content, totals = with_totals(tmp_path, given, "12,51", LINES)
    text = refusal(tmp_path, agreement, content, totals=totals)
    assert "12.51" in text
    assert "12.50" in text


@pytest.mark.parametrize("given", GIVEN, ids=["sum row", "sidecar", "contract"])
def test_where_rows_were_rejected_a_difference_is_warned_of(tmp_path: Path, given: Any) -> None:
    lines = HEADER + "1;01.02.2026;5\n2;02.02.2026;x\n"
    agreement, content, totals = with_totals(tmp_path, given, "12,50", lines)
    report, rows, _ = run(tmp_path, agreement, content, totals=totals)
    assert amounts(rows) == [(2, "5.00")]
    assert "1 rows were rejected" in report.warnings[0]


def test_a_row_count_that_differs_refuses(tmp_path: Path) -> None:
    assert "gives rows 3" in refusal(tmp_path, contract(tmp_path), LINES.encode(), totals={"rows": "3"})


@pytest.mark.parametrize("sum_row", ["", "I alt;;12,5x\n"])
def test_a_promised_sum_row_that_is_missing_or_unreadable_refuses(tmp_path: Path, sum_row: str) -> None:
    assert "the sum row" in refusal(tmp_path, contract(tmp_path, SUMS), (LINES + sum_row).encode())


def test_a_control_total_is_in_the_files_own_unit_and_sign(tmp_path: Path) -> None:
    agreement = contract(tmp_path, SUMS, amounts={"unit": 1000, "sign": -1})
    content = (LINES + "I alt;;12,50\n").encode()
    report, _, _ = run(tmp_path, agreement, content, totals={"amount": "12.50"})
    assert report.accepted_amount == Decimal("-12500.00")


# --- files


@pytest.mark.parametrize("footer", ["3;03.02.2026;99\n", "Antal rækker: 2\n", "Antal rækker: 2"])
def test_rows_at_the_end_that_are_no_data(tmp_path: Path, footer: str) -> None:
    report, rows, faults = run(tmp_path, contract(tmp_path, {"skipFooter": 1}), (LINES + footer).encode())
    assert (amounts(rows), faults) == ([(2, "5.00"), (3, "7.50")], [])
    assert report.source_rows == 2


def test_a_file_without_header_has_numbered_columns(tmp_path: Path) -> None:
    columns = [c | {"physicalName": str(n + 1)} for n, c in enumerate(COLUMNS)]
    _, rows, _ = run(tmp_path, contract(tmp_path, {"headerRow": 0}, columns), b"01;01.02.2026;5\n02;02.02.2026;6\n")
    assert [(r["voucher_key"], r["source_row_number"]) for r in rows] == [("01", 1), ("02", 2)]


def test_a_file_without_quotes_keeps_them_as_text(tmp_path: Path) -> None:
    columns = [*COLUMNS, column("posting_text", "Tekst")]
    agreement = contract(tmp_path, {"quote": ""}, columns)
    _, rows, _ = run(tmp_path, agreement, 'Bilag;Dato;Beløb;Tekst\n1;01.02.2026;5;27" skærm\n'.encode())
    assert rows[0]["posting_text"] == '27" skærm'


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|", "¤", "^", ":"])
def test_any_one_character_delimits(tmp_path: Path, delimiter: str) -> None:
    agreement = contract(tmp_path, {"delimiter": delimiter})
    text = '"Bilag";"Dato";"Beløb"\n"1";"01.02.2026";"5,50"\n'.replace(";", delimiter)
    assert amounts(run(tmp_path, agreement, text.encode())[1]) == [(2, "5.50")]


@pytest.mark.parametrize("layout", [{"delimiter": "||"}, {"delimiter": ""}, {"quote": "''"}])
def test_a_delimiter_or_quote_of_another_length_is_a_fault_of_the_contract(
    tmp_path: Path, layout: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(layout))):
        contract(tmp_path, layout)


FIXED = [
    {"name": "Bilag", "start": 1, "width": 6},
    {"name": "Dato", "start": 7, "width": 10},
    {"name": "Beløb", "start": 17, "width": 12},
]


@pytest.mark.parametrize("header_row", [0, 1])
def test_fixed_width_columns_keep_the_editors_row_numbers(tmp_path: Path, header_row: int) -> None:
    lines = ["000æøå01.02.2026   1.234,56-", "", "000002 2.02.2026        7,00"]
    text = "\n".join([*(["Bilag Dato      Beløb"] * header_row), *lines]) + "\n"
    agreement = contract(tmp_path, {"format": "fixed", "fixedWidth": FIXED, "headerRow": header_row})
    report, rows, _ = run(tmp_path, agreement, text.encode(), "poster.txt")
    assert amounts(rows) == [(1 + header_row, "-1234.56"), (3 + header_row, "7.00")]
    assert rows[0]["voucher_key"] == "000æøå"
    assert report.blank_rows == 1


def test_a_fixed_width_file_that_ends_inside_its_last_row_is_refused(tmp_path: Path) -> None:
    agreement = contract(tmp_path, {"format": "fixed", "fixedWidth": FIXED, "headerRow": 0})
    text = "00000101.02.2026        5,00\n00000201.02.2026        12345,00"
    assert "ends in the middle of row 2" in refusal(tmp_path, agreement, text[:-5].encode(), "poster.txt")


XML = """<?xml version="1.0" encoding="{encoding}"?>
<export xmlns="urn:x"><systems>
  <system id="001"><name>Ærø</name><kle>00.01</kle><kle>27.03</kle><owner code="12"><unit>IT</unit></owner></system>
  <system id="002"><name>B</name></system>
</systems></export>
"""
XML_COLUMNS = [
    {"name": "system_key", "physicalName": "@id", "logicalType": "string"},
    {"name": "system_name", "physicalName": "name", "logicalType": "string"},
    {"name": "capability_codes", "physicalName": "kle", "logicalType": "string"},
    {"name": "owner_unit_code", "physicalName": "owner.@code", "logicalType": "string"},
    {"name": "owner_unit_name", "physicalName": "owner.unit", "logicalType": "string"},
]


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_xml_attributes_nested_and_repeated_elements(tmp_path: Path, encoding: str) -> None:
    layout = {"format": "xml", "recordPath": "systems.system", "encoding": encoding}
    agreement = contract(tmp_path, layout, XML_COLUMNS, "systems", mode="snapshot")
    _, rows, _ = run(tmp_path, agreement, XML.format(encoding=encoding).encode(encoding), "s.xml")
    names = ("system_key", "system_name", "capability_codes", "owner_unit_code", "owner_unit_name")
    assert [tuple(r[n] for n in names) for r in rows] == [
        ("001", "Ærø", "00.01|27.03", "12", "IT"),
        ("002", "B", None, None, None),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><export><system id="1"><name>&a;</name></system></export>', "DOCTYPE"),
        (f"<!-- {'-' * 0}{'x' * 200_000} --><!doctype x><export/>", "DOCTYPE"),
        ("<export><system id='1'><name>A</name></system>", "well-formed"),
        ("<export/>", "found none"),
        ("<system>" + "<a>" * 5_000 + "</a>" * 5_000 + "</system>", "expected"),
    ],
)
def test_xml_that_is_dangerous_or_broken_is_refused(tmp_path: Path, text: str, named: str) -> None:
    agreement = contract(tmp_path, {"format": "xml", "recordPath": "system"}, XML_COLUMNS, "systems", mode="snapshot")
    assert named in refusal(tmp_path, agreement, text.encode(), "s.xml")


def test_names_with_dots_in_json_are_found_whole(tmp_path: Path) -> None:
    columns = [SYSTEM[0], SYSTEM[1] | {"physicalName": "general.name"}]
    agreement = contract(tmp_path, {"format": "json"}, columns, "systems", mode="snapshot")
    _, rows, _ = run(tmp_path, agreement, b'[{"Id": "1", "general.name": "A"}]', "s.json")
    assert rows[0]["system_name"] == "A"


def test_numbers_of_json_stay_what_they_are_beside_text(tmp_path: Path) -> None:
    agreement = contract(tmp_path, {"format": "json"}, amounts={"unit": 1000})
    text = '[{"Bilag": "1", "Dato": "01.02.2026", "Beløb": 1.234}, {"Bilag": "2", "Dato": "01.02.2026", "Beløb": "x"}]'
    _, rows, faults = run(tmp_path, agreement, text.encode(), "p.json")
    assert (amounts(rows), len(faults)) == ([(1, "1234.00")], 1)


def test_a_zip_with_several_members_is_one_delivery(tmp_path: Path) -> None:
    members = {"a.csv": LINES, "b.csv": HEADER + "3;03.02.2026;1\n", "readme.txt": "no data"}
    agreement = contract(tmp_path, {"member": r".*\.csv"})
    report, rows, _ = run(tmp_path, agreement, zipped(**members), "poster.zip")
    assert [str(r["posting_amount"]) for r in rows] == ["5.00", "7.50", "1.00"]
    assert len({r["source_row_number"] for r in rows}) == report.source_rows == 3


def test_every_member_of_a_zip_has_its_own_footer(tmp_path: Path) -> None:
    members = {"a.csv": LINES + "Slut\n", "b.csv": HEADER + "3;03.02.2026;1\n9;09.02.2026;9\n"}
    _, rows, faults = run(tmp_path, contract(tmp_path, {"skipFooter": 1}), zipped(**members), "poster.zip")
    assert ([str(r["posting_amount"]) for r in rows], faults) == (["5.00", "7.50", "1.00"], [])


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"a.csv": LINES, "b.csv": "Dato;Bilag;Beløb\n01.02.2026;1;5\n"}, "same header"),
        ({"a.txt": LINES}, "expected files matching"),
        ({"../a.csv": LINES}, "points outside"),
        ({"x/../../a.csv": LINES}, "points outside"),
        ({"/a.csv": LINES}, "points outside"),
    ],
)
def test_a_zip_that_does_not_fit_is_refused(tmp_path: Path, members: dict[str, str], named: str) -> None:
    agreement = contract(tmp_path, {"member": r".*\.csv"})
    assert named in refusal(tmp_path, agreement, zipped(**members), "poster.zip")
    assert not list(tmp_path.parent.glob("a.csv"))


@pytest.mark.parametrize(("limit", "value"), [("MAX_ENTRIES", 2), ("MAX_BYTES", 100_000), ("MAX_RATIO", 5)])
def test_a_zip_over_a_limit_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(unpack, "SMALL", 1000)
    members = {
        "a.csv": LINES,
        "b.csv": LINES,
        "c.csv": HEADER + "".join(f"{n};01.02.2026;{n}\n" for n in range(10_000)),
    }
    run(tmp_path, contract(tmp_path), zipped(**members), "poster.zip")
    monkeypatch.setattr(unpack, limit, value)
    assert "It was not unpacked" in refusal(tmp_path, contract(tmp_path), zipped(**members), "poster.zip")


def test_a_gzip_stream_that_grows_over_the_limit_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 1000)
    content = gzip.compress((HEADER + "1;01.02.2026;5\n" * 1000).encode())
    assert "unpacked, found more" in refusal(tmp_path, contract(tmp_path), content, "poster.csv.gz")


@pytest.mark.parametrize("damage", ["cut", "mangled", "plain"])
def test_a_broken_gzip_is_refused(tmp_path: Path, damage: str) -> None:
    whole = gzip.compress((HEADER + "".join(f"{n};01.02.2026;{n}\n" for n in range(500))).encode())
    content = {"cut": whole[:-20], "mangled": whole[:40] + b"\xff" * 40 + whole[80:], "plain": LINES.encode()}[damage]
    assert "expected a whole packed file" in refusal(tmp_path, contract(tmp_path), content, "poster.csv.gz")


@pytest.mark.parametrize("name", ["POSTER.CSV.GZ", "POSTER.ZIP"])
def test_packed_files_are_known_by_their_ending_in_capitals_too(tmp_path: Path, name: str) -> None:
    content = gzip.compress(LINES.encode()) if name.endswith("GZ") else zipped(**{"a.csv": LINES})
    assert len(run(tmp_path, contract(tmp_path), content, name)[1]) == 2


def test_a_workbook_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    content = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
    assert "without a password" in refusal(tmp_path, contract(tmp_path, {"format": "xlsx"}), content, "p.xlsx")


def book(*rows: list[Any], far: str | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if far:
        sheet[far] = "x"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_a_sheet_is_read_by_name_and_another_refused(tmp_path: Path) -> None:
    content = book(["Bilag", "Dato", "Beløb"], ["1", "01.02.2026", 5])
    assert amounts(run(tmp_path, contract(tmp_path, {"format": "xlsx", "sheet": "Sheet"}), content, "p.xlsx")[1])
    text = refusal(tmp_path, contract(tmp_path, {"format": "xlsx", "sheet": "Poster"}), content, "p.xlsx")
    assert "expected the sheet 'Poster', found 'Sheet'" in text


def test_a_workbook_whose_sheet_claims_the_whole_grid_is_refused(tmp_path: Path) -> None:
    content = book(["Bilag", "Dato", "Beløb"], ["1", "01.02.2026", 5], far="XFD1048576")
    assert "cells" in refusal(tmp_path, contract(tmp_path, {"format": "xlsx"}), content, "p.xlsx")


def test_a_workbook_over_a_limit_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 100)
    text = refusal(tmp_path, contract(tmp_path, {"format": "xlsx"}), book(["Bilag"]), "p.xlsx")
    assert "It was not unpacked" in text


@pytest.mark.parametrize("cut", [1, 3, 8])
def test_a_csv_file_that_ends_inside_its_last_row_is_refused(tmp_path: Path, cut: int) -> None:
    text = LINES + "3;03.02.2026;12"
    content = text.encode()[: -cut - 2]
    assert "ends in the middle of row 4" in refusal(tmp_path, contract(tmp_path), content)


def test_a_quote_that_is_never_closed_refuses_the_file(tmp_path: Path) -> None:
    lines = "".join(f"{n};01.02.2026;1\n" for n in range(200))
    content = (HEADER + lines + '200;01.02.2026;"1\n201;01.02.2026;2\n202;01.02.2026;3\n').encode()
    assert "never closed" in refusal(tmp_path, contract(tmp_path), content)
