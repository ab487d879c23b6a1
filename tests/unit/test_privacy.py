"""What sentences about a delivery quote: nothing of private columns, nobody's name, no row of data taken for a header."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.contracts.catalogue import datasets
from pipelines.errors import DeliveryRefused, PortfolioError
from pipelines.ingest.landing import read_sidecar
from pipelines.ingest.privacy import plain
from tests.conforming import contract, run

NAME = "Bodil Hansen"
HEADER = "Bilag;Dato;Beløb\n"


def reasons(tmp_path: Path, text: str, **custom: Any) -> list[str]:
    _, _, faults = run(tmp_path, contract(tmp_path, rejectionThreshold={"share": 1}, **custom), text.encode())
    return [reason for *_, reason in faults]


def refusal(tmp_path: Path, content: bytes | Path, name: str = "poster.csv", **custom: Any) -> str:
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, **custom), content, name)
    return str(raised.value)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("i går", "'i går'"),
        ("12,5 t", "'12,5 t'"),
        ("EU udbud", "'EU udbud'"),
        ("0" * 9, "'000000000'"),
        (NAME, "(not shown)"),
        ("HANSEN, BODIL", "(not shown)"),
        ("B. Hansen", "(not shown)"),
        ("Bodil von der Hansen", "(not shown)"),
        ("Anne d' Arc", "(not shown)"),
        ("Under udfasning", "'Under udfasning'"),
        ("Ægidius\u00a0Ørn", "(not shown)"),
        ("bodil@example.org", "(not shown)"),
        ("010190-1234", "(not shown)"),
        ("0101901234", "(not shown)"),
        ("x\x1b[2J", "'x\ufffd[2J'"),
        ("x" * 90, "'" + "x" * 80 + "'"),
    ],
)
def test_a_cell_is_quoted_unless_it_may_be_a_person(tmp_path: Path, cell: str, shown: str) -> None:
    """Whatever the column: a person's name in a column of dates is a fault, and still a person's name."""
    (reason,) = reasons(tmp_path, f"{HEADER}1;{cell};5\n")
    assert reason.endswith(f"found {shown}.")


@pytest.mark.parametrize("classification", ["personal", "restricted"])
def test_a_cell_of_a_classified_field_is_never_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classification: str
) -> None:
    fields = datasets()["postings"].fields
    hidden = fields["posting_date"].model_copy(update={"classification": classification})
    monkeypatch.setitem(fields, "posting_date", hidden)
    first, second = reasons(tmp_path, f"{HEADER}1;i går;x\n")
    assert first == "Column 'Beløb': expected a number with decimal ',' and thousands '.' and all its digits " + (
        "and no fraction of an øre, found 'x'."
    )
    assert second == "Column 'Dato': expected a date as dd.MM.yyyy, found (not shown)."


def test_a_cell_of_an_ignored_column_is_never_quoted_even_if_a_field_is_read_from_it(tmp_path: Path) -> None:
    (reason,) = reasons(tmp_path, f"{HEADER}1;i går;5\n", ignoredColumns=["Da*"])
    assert reason.endswith("found (not shown).")


def test_the_examples_in_a_refusal_are_as_harmless_as_the_reasons(tmp_path: Path) -> None:
    said = refusal(tmp_path, f"{HEADER}1;{NAME};5\n2;01.02.2026;5\n".encode(), rejectionThreshold={"share": 0.05})
    assert "1 not_a_date, such as Row 2: Column 'Dato'" in said
    assert NAME not in said


@pytest.mark.parametrize("custom", [{}, {"unknownColumns": "warn"}])
def test_a_row_of_data_taken_for_the_header_is_not_shown(tmp_path: Path, custom: dict[str, Any]) -> None:
    said = refusal(tmp_path, f"1;01.02.2026;5;{NAME}\n2;01.02.2026;6;x\n".encode(), **custom)
    assert "expected the column 'Bilag'" in said
    assert "found a row of 4 cells that does not look like the header" in said
    assert NAME not in said


def test_records_whose_names_are_data_are_not_shown(tmp_path: Path) -> None:
    """JSON leaves out what is empty, so no name is missing; a document keyed by person has them all unknown."""
    columns = [
        {"name": "system_key", "physicalName": "id", "logicalType": "string"},
        {"name": "system_name", "physicalName": "navn", "logicalType": "string"},
    ]
    layout = {"format": "json"}
    text = json.dumps([{NAME: 1, "Asger Krog": 2, "id": "x"}])
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, layout, columns, "systems", mode="snapshot"), text.encode(), "s.json")
    assert NAME in str(raised.value)  # half of the columns wanted: a header
    text = json.dumps([{NAME: 1, "Asger Krog": 2}])
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, layout, columns, "systems", mode="snapshot"), text.encode(), "s.json")
    assert NAME not in str(raised.value)


def test_a_header_that_is_ignored_by_a_pattern_is_shown_as_the_pattern(tmp_path: Path) -> None:
    said = refusal(tmp_path, f"Bilag;Dato;Sidst redigeret af {NAME}\n".encode(), ignoredColumns=["Sidst redigeret*"])
    assert "found 'Bilag', 'Dato', 'Sidst redigeret*'." in said


def test_an_error_of_a_reader_does_not_quote_what_it_read(tmp_path: Path) -> None:
    layout = {"format": "json", "recordPath": "value"}
    broken = f'{{"value": [{{"Bilag": "{NAME}", Dato: 1}}]}}'.encode()
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, layout), broken, "p.json")
    assert "Malformed JSON at byte" in str(raised.value)
    assert NAME not in str(raised.value)


def test_a_sheet_named_after_somebody_is_not_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Ark1"
    book.create_sheet(NAME)
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, {"format": "xlsx", "sheet": "Data"}), tmp_path / "p.xlsx", "p.xlsx")
    assert "found 'Ark1', (not shown)." in str(raised.value)


def test_a_correction_that_no_longer_fits_does_not_name_a_person(tmp_path: Path) -> None:
    correction = {"where": {"Bilag": NAME}, "column": "Beløb", "value": "1", "reason": "typed twice", "expect": 1}
    with pytest.raises(DeliveryRefused) as raised:
        run(tmp_path, contract(tmp_path, corrections=[correction]), f"{HEADER}1;01.02.2026;5\n".encode())
    assert "expected 1 rows where Bilag is (not shown), found 0" in str(raised.value)


@pytest.mark.parametrize(
    ("sidecar", "said"),
    [
        (f"note: Spørg {NAME}: 12345678\n", "mapping values are not allowed in this context in line 1"),
        (f"contact: {NAME}\n", "contact: Extra inputs are not permitted"),
        (f"control_totals: {{rows: {NAME}}}\n", "control_totals.rows: Input should be a valid integer"),
    ],
)
def test_what_a_faulty_sidecar_says_is_not_repeated(tmp_path: Path, sidecar: str, said: str) -> None:
    (tmp_path / "f.csv.delivery.yml").write_text(sidecar, "utf-8")
    with pytest.raises(PortfolioError) as raised:
        read_sidecar(tmp_path / "f.csv", "landing/tmf/f.csv")
    assert said in str(raised.value)
    assert NAME not in str(raised.value)


def test_plain_text_has_no_signs_that_a_terminal_obeys() -> None:
    assert plain("a\u202eb\nc\x1b") == "a\ufffdb\ufffdc\ufffd"
