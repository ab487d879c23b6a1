"""Reconciliations of IT spend: turn one sign, drop one row or shift one date in a built table, and a named check fails."""

from pathlib import Path

import pytest

from pipelines.audit.reconcile import reconcile
from pipelines.audit.result import Outcome
from tests.unit.audit_builds import ALL_DATASETS, insert, make_build, warehouse

LINE = {"delivery_id": "d_postings", "source_row_number": 7, "posting_date": "2025-01-03"}
PART = {"split_part_number": 1, "split_part_count": 1, "fiscal_year": 2025, "cost_target_code": "supplier"}
SIDES = (("okf", "kff", "40.00"), ("kff", "okf", "-40.00"))


def trading_build(folder: Path) -> Path:
    """The sound build, with one internal trade between two administrations on top; the inputs have it too."""
    build = make_build(folder)
    with warehouse(build) as connection:
        for code, partner, amount in SIDES:
            line = LINE | {"administration_code": code}
            side = line | {"partner_administration_code": partner}
            insert(
                connection, "core.fct_posting", side | {"posting_amount": amount, "fiscal_year": 2025, "is_it": True}
            )
            insert(connection, "core.fct_internal_posting", side | {"posting_amount": amount, "is_paired": True})
            spent = {"spend_amount": amount, "is_internal": True, "is_eliminated": True}
            insert(connection, "core.fct_it_spend", side | PART | spent)
            shown = {"administration_code": code, "fiscal_year": 2025, "is_eliminated": True, "spend_part_count": 1}
            insert(connection, "marts.mart_it_spend", shown | {"spend_amount": amount})
            raw = {k: v for k, v in line.items() if k != "partner_administration_code"}
            insert(connection, "staging.stg_postings", raw | {"posting_amount": amount})
        target = build / "inputs" / "raw_postings" / "part.parquet"
        connection.execute(f"copy staging.stg_postings to '{target}' (format parquet)")
    return build


def broken(build: Path) -> set[str]:
    found = (r for r in reconcile(build, ALL_DATASETS) if r.outcome is not Outcome.passed)
    return {r.check_id.removeprefix("reconciliation.spend_") for r in found if ".spend_" in r.check_id}


def test_spend_that_lost_nothing_reconciles(tmp_path: Path) -> None:
    assert broken(trading_build(tmp_path / "b")) == set()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update core.fct_it_spend set spend_amount = -spend_amount where not is_internal",
         {"decided.amount", "targets.amount", "municipality.amount", "mart.amount"}),
        ("delete from core.fct_it_spend where not is_internal",
         {"decided.rows", "decided.amount", "decided.days", "targets.amount", "municipality.rows", "municipality.amount",
          "municipality.days", "mart.rows", "mart.amount"}),
        ("update core.fct_it_spend set posting_date = posting_date + 1 where not is_internal",
         {"decided.days", "municipality.days"}),
        ("update core.fct_it_spend set cost_target_code = null where not is_internal", {"targets.amount"}),
        ("update core.fct_it_spend set fiscal_year = 2024 where not is_internal",
         {"targets.amount", "mart.rows", "mart.amount"}),
        ("update core.fct_it_spend set spend_amount = -spend_amount where administration_code = 'kff'",
         {"decided.amount", "targets.amount", "internal.amount", "pairs.rows", "pairs.amount", "mart.amount"}),
        ("update core.fct_it_spend set is_eliminated = false where administration_code = 'kff'",
         {"pairs.rows", "pairs.amount", "municipality.rows", "municipality.amount", "municipality.days", "mart.rows", "mart.amount"}),
        ("update core.fct_internal_posting set posting_amount = -posting_amount where administration_code = 'kff'",
         {"internal.amount", "municipality.amount"}),
        ("delete from core.fct_internal_posting where administration_code = 'kff'",
         {"internal.rows", "internal.amount", "internal.days", "municipality.rows", "municipality.amount", "municipality.days"}),
        ("update core.fct_internal_posting set posting_date = posting_date + 1 where administration_code = 'kff'",
         {"internal.days", "municipality.days"}),
        ("update marts.mart_it_spend set spend_part_count = 2 where not is_eliminated", {"mart.rows"}),
        ("update marts.mart_it_spend set spend_amount = spend_amount + 0.01 where not is_eliminated", {"mart.amount"}),
        ("update marts.mart_it_spend set spend_real_amount = 1 where not is_eliminated", {"mart.real_amount"}),
        ("update core.fct_posting set posting_date = posting_date + 1 where not is_it", {"decided.days"}),
        ("update core.fct_posting set posting_amount = -posting_amount where not is_it", {"decided.amount"}),
        ("update core.fct_posting set is_it = null where not is_it", {"decided.rows", "decided.amount", "decided.days"}),
    ],
)  # fmt: skip
def test_what_changed_in_a_built_table_is_named(tmp_path: Path, statement: str, expected: set[str]) -> None:
    build = trading_build(tmp_path / "b")
    with warehouse(build) as connection:
        connection.execute(statement)
    assert broken(build) == expected
