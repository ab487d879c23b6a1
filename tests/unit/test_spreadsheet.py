"""What people open in a spreadsheet calculates nothing, and comes back as it was meant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.decision_commands import _sheet
from pipelines.linkage.decisions import COLUMNS
from pipelines.spreadsheet import as_meant, neutral

ROW = {"link_kind": "supplier", "left_key": '=HYPERLINK("http://x")|', "right_key": "Firma|", "left_name": "@firma", "right_name": "Firma",
       "is_linked": True, "link_probability": 0.9, "link_reason": "+1", "affected_amount": -5, "affected_user_count": 3,
       "review_score_value": -0.5}  # fmt: skip


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum(a)", "\t=1", "\r=1", "'=1", "''=1"])
def test_a_formula_becomes_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Børn", "a=b", "'Fyn'", "", "1-2", -5, -0.5, None, True])
def test_everything_else_stays(cell: object) -> None:
    assert neutral(cell) is cell


@given(st.text(alphabet="'=+-@\t\ra"))
def test_what_was_written_is_read_back(cell: str) -> None:
    assert as_meant(str(neutral(cell))) == cell


def test_the_pairs_to_decide_hold_no_formula() -> None:
    names = {name: None for name in ROW} | ROW
    header, cells = csv.reader(io.StringIO(_sheet([names | dict.fromkeys(_shown() - set(ROW))])))
    written = dict(zip(header, cells, strict=True))
    assert written["left"] == "'" + ROW["left_key"]
    assert as_meant(written["left"]) == ROW["left_key"]
    assert written["left_name"] == "'@firma"
    assert written["affected_amount"] == "-5"
    assert set(COLUMNS) <= set(header)


def _shown() -> set[str]:
    from pipelines.decision_commands import SHOWN

    return set(SHOWN)
