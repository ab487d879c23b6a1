"""Tracing by hand-made examples: what KEY means, and what a row of a file says when it is read again."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.configuration import Configuration
from pipelines.errors import PortfolioError
from pipelines.ingest.archive import Archive, Delivery
from pipelines.ingest.ingest import ingest
from pipelines.ingest.landing import land
from pipelines.instance import Instance
from pipelines.trace.key import parse_key
from pipelines.trace.source_row import Cell, SourceRow, source_rows
from pipelines.trace.terminal import console, print_source_row, shown
from tests.conforming import BASE

COLUMNS, KEY = ("system_id", "system_name", "yearly_cost_amount"), ("system_id",)
EXAMPLE = {"system_id": "a1", "system_name": "Sag og Dok"}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["a1"], {"system_id": "a1"}),
        (["system_id=a1"], {"system_id": "a1"}),
        (["system_name=Sag = Dok", "yearly_cost_amount=10.00"], {"system_name": "Sag = Dok", "yearly_cost_amount": "10.00"}),
        (["x=y"], {"system_id": "x=y"}),  # ids are texts; this table's key is one column
    ],
)  # fmt: skip
def test_key_is_columns_and_values_or_the_one_id(words: list[str], wanted: dict[str, str]) -> None:
    assert parse_key("t", words, COLUMNS, KEY, EXAMPLE) == wanted


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([], "found none"),
        (["a1", "b2"], "Key 'a1' of t: expected system_id=VALUE"),
        (["system_id=a1", "colour=red"], "found no column 'colour'"),
        (["system_id=a1", "system_id=a2"], "found 'system_id' twice"),
    ],
)
def test_key_that_is_none_is_told_with_an_example(words: list[str], fault: str) -> None:
    with pytest.raises(PortfolioError) as error:
        parse_key("t", words, COLUMNS, KEY, EXAMPLE)
    assert fault in str(error.value)
    assert "Try: portfolio trace t system_id=a1 'system_name=Sag og Dok'" in str(error.value)


def test_key_of_several_columns_needs_their_names() -> None:
    with pytest.raises(PortfolioError, match="expected delivery_id=VALUE source_row_number=VALUE"):
        parse_key("f", ["d1"], ("delivery_id", "source_row_number"), ("delivery_id", "source_row_number"), {})


PROPERTIES = [
    {"name": "voucher_key", "physicalName": "Bilag", "logicalType": "string"},
    {"name": "posting_date", "physicalName": "Dato", "logicalType": "date", "logicalTypeOptions": {"format": "dd.MM.yyyy"}},
    {"name": "dranst_code", "physicalName": "Art", "logicalType": "string",
     "customProperties": [{"property": "codeList", "value": {"D": "1", "A": "3"}}]},
    {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
    {"name": "cost_centre_code", "logicalType": "string",
     "customProperties": [{"property": "compose", "value": {"columns": ["Sted", "Bilag"], "separator": "-"}}]},
]  # fmt: skip
CUSTOM = {
    "administration": {"code": "it"},
    "mode": "period",
    "numbers": {"decimal": ",", "thousands": "."},
    "amounts": {"unit": 1000, "sign": -1},
    "ignoredColumns": ["Ejer"],
    "rejectionThreshold": {"share": 0.9},
    "layouts": [{"fromDate": "2026-02-01", "headers": {"Beløb": "Beløb (t.kr.)"}}],
}
HEADER = "Bilag;Dato;Art;Beløb (t.kr.);Sted;Ejer\n"
FILES = {
    "poster_2026-03_del1.csv": f"{HEADER}1;01.03.2026;D;-1.234,5;7;Bodil Hansen\n2;i går;D;1;7;Bodil Hansen\n",
    "poster_2026-03_del2.csv": f"{HEADER}3;02.03.2026;A;99,9;8;\n4;02.03.2026;D;5;8;;x;y\n",
}


@pytest.fixture
def traced(tmp_path: Path) -> dict[int, SourceRow]:
    """All rows of one delivery of two files: one good, one rejected, one corrected, one that is no row."""
    document: dict[str, Any] = BASE | {"id": "it.postings", "schema": [{"name": "postings", "properties": PROPERTIES}]}
    file = {"filePattern": r"poster_(?P<business_date>\d{4}-\d{2})_(?P<part>del\d)\.csv", "parts": ["del1", "del2"]}
    document["servers"] = [
        {"server": "landing", "type": "local", "path": "landing/it", "format": "csv",
         "customProperties": [{"property": k, "value": v} for k, v in file.items()]}
    ]  # fmt: skip
    document["customProperties"] = [{"property": k, "value": v} for k, v in CUSTOM.items()]
    correction = {
        "where": {"Bilag": "3"},
        "column": "Beløb",
        "value": "9,9",
        "reason": "A digit too many.",
        "expect": 1,
    }
    settings = {"name": "Town", "currency": "DKK", "price_year": 2026, "administrations": "open"}
    for name, text in {
        "instance.yml": yaml.safe_dump(settings),
        "contracts/it/postings.odcs.yaml": yaml.safe_dump(document, allow_unicode=True),
        "contracts/it/postings.corrections.yml": yaml.safe_dump([correction], allow_unicode=True),
        **{f"landing/it/{name}": text for name, text in FILES.items()},
        **{f"landing/it/{name}.done": "" for name in FILES},
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    configuration = Configuration.load(Instance.load(tmp_path))
    assert land(configuration.instance, list(configuration.contracts)).problems == ()
    (state,) = ingest(configuration, datetime.now(UTC), tmp_path / "work", lambda _: None)
    assert (state.status, state.report.accepted_rows, state.report.rejected_rows) == ("accepted", 2, 2)
    (delivery,) = Archive(configuration.instance.archive).deliveries()
    assert isinstance(delivery, Delivery)
    return source_rows(configuration, delivery, range(1, 10), tmp_path / "again")


def told(row: SourceRow, show_private: bool = False) -> str:
    out = console()
    with out.capture() as capture:
        print_source_row(out, row, None, show_private)
    return capture.get()


def test_a_row_shows_its_cells_and_what_became_of_them(traced: dict[int, SourceRow]) -> None:
    row = traced[2]
    assert (row.file_name, row.row_in_file) == ("poster_2026-03_del1.csv", 2)
    assert [cell.text for cell in row.cells] == ["1", "01.03.2026", "D", "-1.234,5", "7", "Bodil Hansen"]
    fields = {f.name: f for f in row.fields}
    assert fields["posting_amount"].values == (Decimal("1234500.00"),)
    assert fields["posting_amount"].source_column == "Beløb"
    assert "decimal ','" in fields["posting_amount"].rule
    assert "times 1000, sign turned" in fields["posting_amount"].rule
    assert fields["posting_date"].rule == "a date as dd.MM.yyyy"
    assert (fields["dranst_code"].values, fields["dranst_code"].rule) == (("1",), "code list of 2 values")
    assert fields["cost_centre_code"].values == ("7-1",)
    line = next(line for line in told(row).splitlines() if "-1.234,5" in line)
    assert all(word in line for word in ("Beløb (t.kr.)", "posting_amount", "1234500.00"))


def test_private_cells_are_shown_when_asked_for_only(traced: dict[int, SourceRow]) -> None:
    assert "Bodil" not in told(traced[2])
    assert "(not shown)" in told(traced[2])
    assert "Bodil Hansen" in told(traced[2], show_private=True)
    assert shown(Cell("Ejer", "Ejer", "Bodil", True, ("Ole",)), show_private=False) == "(not shown)"


def test_rows_are_numbered_on_in_the_second_file_and_corrections_are_told(traced: dict[int, SourceRow]) -> None:
    (row,) = [r for r in traced.values() if r.cells and r.cells[0].text == "3"]
    assert (row.file_name, row.row_in_file, row.row_number) == ("poster_2026-03_del2.csv", 2, 5)
    assert row.reasons == ("Beløb: A digit too many.",)
    assert {f.name: f.values for f in row.fields}["posting_amount"] == (Decimal("-9900.00"),)
    assert "99,9 -> 9,9" in told(row)
    assert "row 2 (row 5 of the delivery)" in told(row)


def test_rejected_rows_say_why_and_what_stood_there(traced: dict[int, SourceRow]) -> None:
    assert [rule for rule, _ in traced[3].faults] == ["not_a_date"]
    assert traced[3].fields == ()
    assert "rejected (not_a_date)" in told(traced[3])
    (line,) = [r for r in traced.values() if r.unreadable is not None]
    assert [rule for rule, _ in line.faults] == ["not_a_row"]
    assert "4;02.03.2026" not in told(line)
    assert "4;02.03.2026;D;5;8;;x;y" in told(line, show_private=True)
