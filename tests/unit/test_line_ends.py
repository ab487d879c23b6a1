"""A last row without a line end: it may have been cut off inside its last cell, which no reader can see."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from pipelines.contracts.catalogue import datasets
from pipelines.draft.propose import propose
from pipelines.draft.write import contract_yaml
from pipelines.errors import ConfigurationError, DeliveryRefused
from tests.conforming import amounts, contract, run
from tests.unit.test_contract_language import zipped

WHOLE = "Bilag;Dato;Beløb\n1;01.01.2026;5,00\n2;02.01.2026;1234,56\n"
CUT = WHOLE[: -len("34,56\n")]  # the last amount is 12 now, and looks whole


def test_a_cut_inside_the_last_cell_is_warned_of_with_what_to_do(tmp_path: Path) -> None:
    report, rows, faults = run(tmp_path, contract(tmp_path), CUT.encode())
    assert (amounts(rows), faults) == ([(2, "5.00"), (3, "12.00")], [])
    (warning,) = report.warnings
    assert warning.startswith("poster.csv: expected a line end after the last row, found none")
    assert "cannot be told whether that row is whole" in warning
    assert "finalLineEnd: optional in contract tmf.postings" in warning


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_one(tmp_path: Path, line_end: str) -> None:
    required = contract(tmp_path, {"finalLineEnd": "required"})
    report, rows, _ = run(tmp_path, required, WHOLE.replace("\n", line_end).encode())
    assert (len(rows), report.warnings) == (2, ())


def test_a_sender_who_never_writes_one_is_believed(tmp_path: Path) -> None:
    report, rows, _ = run(tmp_path, contract(tmp_path, {"finalLineEnd": "optional"}), CUT.encode())
    assert (len(rows), report.warnings) == (2, ())


def test_a_line_end_that_is_required_refuses(tmp_path: Path) -> None:
    required = contract(tmp_path, {"finalLineEnd": "required"})
    with pytest.raises(
        DeliveryRefused, match=r"poster\.csv: expected a line end after the last row .* Deliver the whole file"
    ):
        run(tmp_path, required, CUT.encode())


@pytest.mark.parametrize(
    ("file", "text", "totals", "warned"),
    [
        ({}, WHOLE[:-1], {"amount": "1239.56"}, False),
        ({}, WHOLE[:-1], {"rows": "2"}, True),  # a count says nothing of the last cell
        (
            {"totalRows": {"column": "Bilag", "pattern": "^I alt", "amount": "Beløb"}},
            WHOLE + "I alt;;1239,56",
            {},
            False,
        ),
        ({"totalRows": {"column": "Bilag", "pattern": "^I alt"}}, WHOLE + "I alt;;1239,56", {}, True),
        ({}, WHOLE[:-1].replace("5,00", "x"), {"amount": "1239.56"}, True),  # that the totals differ hides nothing
    ],
)
def test_an_amount_that_agrees_shows_that_nothing_is_lost(
    tmp_path: Path, file: dict[str, Any], text: str, totals: dict[str, str], warned: bool
) -> None:
    report, _, _ = run(tmp_path, contract(tmp_path, file), text.encode(), totals=totals)
    assert any("line end" in warning for warning in report.warnings) == warned


def test_packed_files_are_looked_at_one_by_one(tmp_path: Path) -> None:
    report, _, _ = run(tmp_path, contract(tmp_path), zipped(**{"a.csv": CUT, "b.csv": WHOLE}), "p.zip")
    assert [warning.split(":")[0] for warning in report.warnings] == ["p.zip/a.csv"]
    report, _, _ = run(tmp_path, contract(tmp_path), gzip.compress(CUT.encode()), "p.csv.gz")
    assert len(report.warnings) == 1


def test_other_formats_show_by_themselves_that_they_are_whole(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="finalLineEnd is of format csv"):
        contract(tmp_path, {"format": "json", "finalLineEnd": "warn"})


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("text", "proposed"), [(WHOLE, False), (WHOLE[:-1], True)])
def test_a_draft_proposes_what_the_file_shows_and_asks(tmp_path: Path, text: str, proposed: bool, packed: bool) -> None:
    path = tmp_path / ("poster_2026-01.csv" + ".gz" * packed)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    proposal = propose(path, datasets()["postings"], "tmf")
    assert ("{property: finalLineEnd, value: optional}" in contract_yaml(proposal)) == proposed
    assert any("last row has no line end" in question for question in proposal.questions) == proposed
