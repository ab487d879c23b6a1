"""Rows and money of a delivery, by administration and in whole: every figure calculated by hand."""

import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.report import AdministrationCount, CountedRefusal
from tests.conforming import contract, run

SHARED = {"administration": {"column": "Selskab", "codeList": {"1": "okf", "2": "kff"}}}
TEXT = """Selskab;Bilag;Dato;Beløb
1;1;01.02.2026;1.000,25
2;2;01.02.2026;-50
1;3;31.02.2026;7
1;4;01.02.2026;x
9;5;01.02.2026;9
2;6;01.02.2026;1;ekstra
;;;
"""
BUDGET_COLUMNS = [
    {"name": "budget_line_key", "physicalName": "Linje", "logicalType": "string"},
    {"name": "version_code", "physicalName": "Version", "logicalType": "string"},
    {"name": "fiscal_year", "physicalName": "År", "logicalType": "string"},
]
UNPIVOT = {
    "into": "budget_amount",
    "columns": {"Vedtaget": {"measure_code": "adopted"}, "Forbrug": {"measure_code": "actual"}},
}


def part(code: str | None, rows: tuple[int, int, int], *amounts: str) -> AdministrationCount:
    names = ("source", "accepted", "rejected")
    figures = {f"{n}_rows": r for n, r in zip(names, rows, strict=True)}
    money = {f"{n}_amount": Decimal(a) for n, a in zip(names, amounts, strict=True)}
    return AdministrationCount.model_validate({"administration_code": code} | figures | money)


def test_a_file_of_several_administrations_is_counted_for_each(tmp_path: Path) -> None:
    """okf: one good, one with a bad date (7) and one with an unreadable amount; kff: one good; nobody's: 9, and no row."""
    report, _, _ = run(tmp_path, contract(tmp_path, **SHARED), TEXT.encode())
    assert report.administrations == (
        part("kff", (1, 1, 0), "-50", "-50", "0"),
        part("okf", (3, 1, 2), "1007.25", "1000.25", "7"),
        part(None, (2, 0, 2), "9", "0", "9"),
    )
    assert (report.source_rows, report.accepted_rows, report.rejected_rows) == (6, 2, 4)
    assert (report.source_amount, report.accepted_amount, report.rejected_amount) == (
        Decimal("966.25"), Decimal("950.25"), Decimal("16.00"),
    )  # fmt: skip
    assert report.rejected_unknown_amount_rows == 2  # row 5 (x) and row 7 (no row at all)


def test_lines_that_are_no_rows_belong_to_the_only_administration(tmp_path: Path) -> None:
    text = "Bilag;Dato;Beløb\n1;01.02.2026;5\n2;01.02.2026\n"
    report, _, _ = run(tmp_path, contract(tmp_path), text.encode())
    assert report.administrations == (part("tmf", (2, 1, 1), "5", "5", "0"),)


@pytest.mark.parametrize(
    ("cells", "amount", "unknown"),
    [
        ("10;x", "10", 1),  # of two cells one cannot be read: the row's amount is not known
        ("10;", "10", 0),  # an empty cell is empty
        ("x;y", "0", 1),  # a row counts once
    ],
)
def test_cells_that_become_rows_count_as_the_row_they_stand_in(
    tmp_path: Path, cells: str, amount: str, unknown: int
) -> None:
    agreement = contract(tmp_path, columns=BUDGET_COLUMNS, dataset="budgets", mode="snapshot", unpivot=UNPIVOT)
    text = f"Linje;Version;År;Vedtaget;Forbrug\n1;B;2026;1,50;2\n2;B;20;{cells}\n"
    report, rows, _ = run(tmp_path, agreement, text.encode())
    assert (report.source_rows, report.accepted_rows, report.rejected_rows, report.output_rows) == (2, 1, 1, 2)
    assert len(rows) == 2
    assert (report.accepted_amount, report.rejected_amount) == (Decimal("3.50"), Decimal(amount))
    assert report.rejected_unknown_amount_rows == unknown


def test_an_amount_that_breaks_a_rule_is_known(tmp_path: Path) -> None:
    rule = {"column": "posting_amount", "between": [0, 100], "description": "At most 100."}
    text = "Bilag;Dato;Beløb\n1;01.02.2026;5\n2;01.02.2026;500\n"
    report, _, _ = run(tmp_path, contract(tmp_path, rowRules=[rule]), text.encode())
    assert (report.rejected_amount, report.rejected_unknown_amount_rows) == (Decimal("500.00"), 0)


def test_a_dataset_without_amount_has_none(tmp_path: Path) -> None:
    columns = [{"name": "system_key", "physicalName": "Id"}, {"name": "system_name", "physicalName": "Navn"}]
    columns = [c | {"logicalType": "string"} for c in columns]
    report, _, _ = run(tmp_path, contract(tmp_path, columns=columns, dataset="systems"), b"Id;Navn\n1;A\n2;\n")
    assert (report.accepted_rows, report.rejected_rows) == (1, 1)
    assert (
        report.administrations[0].source_amount is report.source_amount is report.rejected_unknown_amount_rows is None
    )


@pytest.mark.parametrize(
    ("custom", "totals", "said"),
    [
        ({"rejectionThreshold": {"rows": 0}}, {}, "expected at most"),
        ({}, {"rows": "7"}, "control totals"),
    ],
)
def test_a_refusal_of_what_was_counted_keeps_the_counts(
    tmp_path: Path, custom: dict[str, Any], totals: dict[str, str], said: str
) -> None:
    rows = "1;01.02.2026;5\n2;x;7\n" if custom else "1;01.02.2026;5\n2;01.02.2026;7\n"
    with pytest.raises(CountedRefusal, match=said) as raised:
        run(tmp_path, contract(tmp_path, **custom), f"Bilag;Dato;Beløb\n{rows}".encode(), totals=totals)
    report = pickle.loads(pickle.dumps(raised.value)).report  # it comes from another process
    assert (report.source_rows, report.rejected_rows) == (2, len(custom))
    assert report.source_amount == Decimal("12.00")
    assert report.administrations == ()
    assert [r.rule_code for r in report.rejections] == ["not_a_date"] * len(custom)
