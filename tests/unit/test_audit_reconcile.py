"""Reconciliations: a build made by hand agrees with itself; take one øre or one row away anywhere and it says where."""

from pathlib import Path

import duckdb
import pytest

from pipelines.audit.reconcile import reconcile
from pipelines.audit.reconciliations import expected_reconciliations
from pipelines.audit.result import CheckResult, Outcome
from tests.unit.audit_builds import ALL_DATASETS, make_build, warehouse

BREAKS = [
    (
        "delete from core.fct_posting where posting_amount < 0",
        {"postings.rows", "postings.known_amounts", "postings.amount"},
    ),
    (
        "update core.fct_posting set posting_amount = posting_amount + 0.01 where posting_amount > 0",
        {"postings.amount"},
    ),
    (
        "update core.fct_posting set administration_code = 'tmf'",
        {"postings.rows", "postings.known_amounts", "postings.amount"},
    ),
    ("delete from staging.stg_postings", {"postings.rows", "postings.known_amounts", "postings.amount"}),
    ("update core.fct_budget set budget_amount = coalesce(budget_amount, 0)", {"budgets.known_amounts"}),
    ("update core.fct_investment set investment_amount = 499", {"investments.amount", "overview.investments_amount"}),
    ("insert into core.fct_assessment (administration_code) values ('okf')", {"assessments.rows"}),
    ("delete from core.dim_system where system_key = 's2'", {"systems.uses", "landscape.rows", "landscape.cost"}),
    (
        "delete from marts.mart_it_landscape where product_id = 'p2'",
        {"systems.uses", "landscape.rows", "landscape.cost"},
    ),
    ("update marts.mart_it_landscape set yearly_cost_amount = 50.01 where product_id = 'p2'", {"landscape.cost"}),
    ("delete from core.dim_contract", {"contracts.agreements", "contract_parts.amount"}),
    ("update core.fct_contract_system set allocated_yearly_amount = 33.33", {"contract_parts.amount"}),
    (
        "update marts.mart_investment_overview set adopted_amount = 51 where line_kind = 'run'",
        {"overview.budgets_amount"},
    ),
    ("update core.fct_budget set is_newest_version = false", {"overview.budgets_amount"}),
]


def failures(results: list[CheckResult]) -> set[str]:
    return {r.check_id.removeprefix("reconciliation.") for r in results if r.outcome is not Outcome.passed}


def test_a_build_that_lost_nothing_reconciles(tmp_path: Path) -> None:
    results = reconcile(make_build(tmp_path / "b"), ALL_DATASETS)
    assert failures(results) == set()
    assert {r.check_id for r in results} == expected_reconciliations()
    money = next(r for r in results if r.check_id == "reconciliation.postings.amount")
    assert money.sentence.endswith("raw 80.05, staging 80.05, fct_posting 80.05.")
    assert money.sentence_da.endswith("rå 80,05, staging 80,05, fct_posting 80,05.")


@pytest.mark.parametrize(("statement", "broken"), BREAKS)
def test_what_got_lost_is_named(tmp_path: Path, statement: str, broken: set[str]) -> None:
    build = make_build(tmp_path / "b")
    with warehouse(build) as connection:
        connection.execute(statement)
    results = reconcile(build, ALL_DATASETS)
    assert failures(results) == broken
    for result in results:
        assert (result.unexpected_count or 0) > 0 or result.outcome is Outcome.passed
        assert result.outcome is Outcome.passed or "okf" in result.examples[0]


def test_amounts_that_swap_administrations_do_not_cancel_out(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b")
    with warehouse(build) as connection:
        connection.execute("update core.fct_posting set administration_code = 'tmf' where posting_amount < 0")
    amount = next(r for r in reconcile(build, ALL_DATASETS) if r.check_id == "reconciliation.postings.amount")
    assert amount.outcome is Outcome.failed
    assert amount.examples == (
        "okf: raw 80.05, staging 80.05, fct_posting 100.10",
        "tmf: raw 0.00, staging 0.00, fct_posting -20.05",
    )


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("accepted_rows = 1", {"deliveries.rows"}),
        ("rejected_amount = 0.01", {"deliveries.amount"}),
        ("output_rows = 7", {"systems.delivered_rows"}),
    ],
)
def test_rows_that_a_delivery_does_not_account_for_are_named(tmp_path: Path, change: str, broken: set[str]) -> None:
    build = make_build(tmp_path / "b")
    path = build / "inputs" / "raw_delivery" / "part.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table d as select * from '{path}'")
        connection.execute(f"update d set {change} where dataset_name = 'systems'")
        connection.execute(f"copy d to '{path}' (format parquet)")
    results = reconcile(build, ALL_DATASETS)
    assert failures(results) == broken
    assert all("d_systems" in r.examples[0] for r in results if r.outcome is Outcome.failed)


def test_history_is_there_and_does_not_count(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b")
    inputs = build / "inputs"
    with duckdb.connect() as connection:
        for name in ("postings", "systems", "delivery"):
            part, only = (
                inputs / f"raw_{name}" / "part.parquet",
                "dataset_name = 'systems'" if name == "delivery" else "true",
            )
            changes = "'older' as delivery_id" + (", false as is_in_force" if name == "delivery" else "")
            older = f"select * replace ({changes}) from '{part}' where {only}"
            connection.execute(f"copy ({older}) to '{part.with_name('older.parquet')}' (format parquet)")
    assert failures(reconcile(build, ALL_DATASETS)) == set()


def test_what_no_contract_promises_does_not_apply(tmp_path: Path) -> None:
    results = reconcile(make_build(tmp_path / "b"), {"postings"})
    assert {r.check_id for r in results} == expected_reconciliations()
    passed = {r.check_id.split(".")[1] for r in results if r.outcome is Outcome.passed}
    assert passed == {"postings", "deliveries"}
    assert {r.outcome for r in results} == {Outcome.passed, Outcome.not_applicable}


def test_a_promised_dataset_without_a_row_fails(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b")
    with warehouse(build) as connection:
        for table in ("staging.stg_assessments", "core.fct_assessment"):
            connection.execute(f"delete from {table}")
        connection.execute(
            f"copy staging.stg_assessments to '{build}/inputs/raw_assessments/part.parquet' (format parquet)"
        )
    result = next(r for r in reconcile(build, ALL_DATASETS) if r.check_id == "reconciliation.assessments.rows")
    assert result.outcome is Outcome.failed
    assert "nothing to compare" in result.sentence


def test_a_comparison_that_raises_is_an_error(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b")
    with warehouse(build) as connection:
        connection.execute("drop table core.fct_posting")
    results = {r.check_id: r.outcome for r in reconcile(build, ALL_DATASETS)}
    assert results["reconciliation.postings.rows"] is Outcome.error
    assert results["reconciliation.budgets.rows"] is Outcome.passed


def test_the_inputs_are_the_builds_own_wherever_the_process_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_build(tmp_path / "other")
    for part in (other / "inputs").glob("raw_postings/*"):
        part.write_bytes(b"")
    monkeypatch.chdir(other)
    assert failures(reconcile(make_build(tmp_path / "b"), ALL_DATASETS)) == set()
