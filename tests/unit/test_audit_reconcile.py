"""Reconciliations: a build made by hand agrees with itself; take one øre or one row away anywhere and it says where."""

from pathlib import Path

import duckdb
import pytest

from pipelines.audit.reconcile import reconcile
from pipelines.audit.reconciliations import expected_reconciliations
from pipelines.audit.result import CheckResult, Outcome
from tests.unit.audit_builds import ALL_DATASETS, insert, make_build, warehouse

PARTS = {"delivery_parts.accepted_rows", "delivery_parts.rejected_rows", "delivery_parts.accepted_amount"}
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
    results = [r for r in reconcile(build, ALL_DATASETS) if ".spend_" not in r.check_id]  # those: test_audit_spend.py
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


def rewrite(build: Path, name: str, query: str) -> None:
    """Replace an input table by a query over itself (`old`)."""
    path = build / "inputs" / f"raw_{name}" / "part.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table old as select * from '{path}'")
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")


IN_SYSTEMS = "case when dataset_name = 'systems' then {1} else {0} end as {0}"


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (("source_rows", "3"), {"deliveries.rows"}),
        (("source_amount", "0.01"), {"deliveries.amount"}),
        (("rejected_amount", "0.01"), {"deliveries.amount"}),
        (("rejected_rows", "1"), {"rejections.rows"}),
        (("output_rows", "7"), {"systems.delivered_rows"}),
    ],
)
def test_rows_that_a_delivery_does_not_account_for_are_named(
    tmp_path: Path, change: tuple[str, str], broken: set[str]
) -> None:
    build = make_build(tmp_path / "b")
    rewrite(build, "delivery", f"select * replace ({IN_SYSTEMS.format(*change)}) from old")
    results = reconcile(build, ALL_DATASETS)
    assert failures(results) == broken
    assert all("d_systems" in r.examples[0] for r in results if r.outcome is Outcome.failed)


LOST_POSTING = {"postings.delivered_rows", "postings.rows", "postings.known_amounts", "postings.amount"}
SPENT = {
    "spend_decided.rows",
    "spend_decided.amount",
    "spend_decided.days",
}  # the warehouse decided on what raw has lost


@pytest.mark.parametrize(
    ("name", "query", "broken"),
    [
        (
            "postings",
            "select * from old where posting_amount > 0",
            LOST_POSTING
            | SPENT
            | {
                "deliveries.rows",
                "deliveries.amount",
                "delivery_parts.accepted_rows",
                "delivery_parts.accepted_amount",
            },
        ),
        (
            "postings",
            "from old union all select * replace ('ghost' as delivery_id) from old where posting_amount > 0",
            {"deliveries.rows", "deliveries.amount", "delivery_parts.accepted_rows", "delivery_parts.accepted_amount"},
        ),
        ("rejection", "from old where rule_code = 'missing'", {"rejections.faults"}),
        (
            "rejection",
            "from old where false",
            {"deliveries.rows", "delivery_parts.rejected_rows", "rejections.rows", "rejections.faults"},
        ),
        ("rejection", "select * replace ('kff' as administration_code) from old", {"delivery_parts.rejected_rows"}),
        (
            "delivery",
            "from old where dataset_name <> 'systems'",
            {"deliveries.known", "deliveries.in_force", "deliveries.rows", "systems.delivered_rows", "systems.uses"},
        ),
    ],
)
def test_the_tables_are_counted_and_not_the_report(tmp_path: Path, name: str, query: str, broken: set[str]) -> None:
    """Whatever the report says: a row that is in no table is lost, and one that no report knows of is not accounted for."""
    build = make_build(tmp_path / "b")
    rewrite(build, name, query)
    assert failures(reconcile(build, ALL_DATASETS)) == broken


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update core.fct_delivery set accepted_row_count = 1", {"deliveries.rows"}),
        ("update core.fct_delivery set accepted_amount = 80.04", {"deliveries.amount"}),
        ("update core.fct_delivery set rejected_row_count = 2", {"deliveries.rows", "rejections.rows"}),
        ("update core.fct_delivery set is_in_force = false", {"deliveries.in_force"}),
        (
            "insert into core.fct_delivery select * from core.fct_delivery",
            {"deliveries.rows", "deliveries.amount", "deliveries.known", "deliveries.in_force", "rejections.rows"},
        ),
        ("update core.fct_delivery_administration set administration_code = 'kff'", PARTS),
        ("update core.fct_delivery_administration set rejected_row_count = 2", {"delivery_parts.rejected_rows"}),
        ("update core.fct_delivery_administration set accepted_amount = 80.04", {"delivery_parts.accepted_amount"}),
        ("update core.fct_rejection set faulty_row_count = 2 where rule_code = 'missing'", {"rejections.faults"}),
        ("delete from core.fct_rejection", {"rejections.faults"}),
    ],
)
def test_a_scorecard_that_says_otherwise_is_named(tmp_path: Path, statement: str, broken: set[str]) -> None:
    build = make_build(tmp_path / "b")
    only = "" if statement.startswith("insert") or " where " in statement else " where delivery_id = 'd_postings'"
    with warehouse(build) as connection:
        connection.execute(statement + only)
    results = reconcile(build, ALL_DATASETS)
    assert failures(results) == broken
    assert all("d_postings" in " ".join(r.examples) for r in results if r.outcome is Outcome.failed)


def test_a_row_whose_cells_became_rows_counts_once_and_each_of_its_cells_is_there(tmp_path: Path) -> None:
    """One row of the file with two amounts is one source row and two raw rows, of which none may be missing."""
    build = make_build(tmp_path / "b")
    cells = "select * replace (1 as source_row_number, coalesce(measure_code, '') as source_column) from old"
    rewrite(build, "budgets", cells)
    halved = "case when dataset_name = 'budgets' then 1 else {0} end as {0}"
    counts = ", ".join(halved.format(n) for n in ("source_rows", "accepted_rows"))
    rewrite(build, "delivery", f"select * replace ({counts}) from old")
    with warehouse(build) as connection:
        for table in ("fct_delivery", "fct_delivery_administration"):
            connection.execute(f"update core.{table} set accepted_row_count = 1 where delivery_id = 'd_budgets'")
    assert failures(reconcile(build, ALL_DATASETS)) == set()
    more = "from old union all select * replace (2 as source_row_number) from old where measure_code = 'actual'"
    rewrite(build, "budgets", more)
    rewrite(
        build,
        "delivery",
        "select * replace (case when dataset_name = 'budgets' then 3 else output_rows end as output_rows) from old",
    )
    content = next(r for r in reconcile(build, ALL_DATASETS) if r.check_id == "reconciliation.budgets.delivered_rows")
    assert content.outcome is Outcome.failed
    assert content.examples == ("d_budgets: delivered 3, raw 3, a row for each column 4",)


@pytest.mark.parametrize("status", ["superseded", "withdrawn", "refused"])
def test_deliveries_that_are_in_no_table_are_accounted_by_their_report(tmp_path: Path, status: str) -> None:
    """Two rows of which one is rejected; its report is all that there is of the other."""
    build = make_build(tmp_path / "b")
    more = f"'gone' as delivery_id, '{status}' as status, false as is_in_force, 2 as source_rows, 1 as accepted_rows, 1 as rejected_rows"
    rewrite(build, "delivery", f"from old union all select * replace ({more}) from old where dataset_name = 'systems'")
    rewrite(
        build,
        "rejection",
        "from old union all select * replace ('gone' as delivery_id) from old where rule_code = 'missing'",
    )
    with warehouse(build) as connection:
        for table, figures in {
            "fct_delivery": {"is_in_force": False, "accepted_row_count": 1, "rejected_row_count": 1},
            "fct_rejection": {"faulty_row_count": 1},
        }.items():
            insert(connection, f"core.{table}", {"delivery_id": "gone"} | figures)
    assert failures(reconcile(build, ALL_DATASETS)) == set()
    rewrite(
        build,
        "delivery",
        "select * replace (case when delivery_id = 'gone' then 3 else source_rows end as source_rows) from old",
    )
    assert failures(reconcile(build, ALL_DATASETS)) == {"deliveries.rows"}


def test_history_is_there_and_does_not_count(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b")
    inputs = build / "inputs"
    with duckdb.connect() as connection:
        for name in ("systems", "delivery"):
            part, only = (
                inputs / f"raw_{name}" / "part.parquet",
                "dataset_name = 'systems'" if name == "delivery" else "true",
            )
            changes = "'older' as delivery_id" + (", false as is_in_force" if name == "delivery" else "")
            older = f"select * replace ({changes}) from '{part}' where {only}"
            connection.execute(f"copy ({older}) to '{part.with_name('older.parquet')}' (format parquet)")
    with warehouse(build) as connection:
        row = {"delivery_id": "older", "accepted_row_count": 2, "rejected_row_count": 0}
        insert(connection, "core.fct_delivery", row | {"is_in_force": False})
        insert(connection, "core.fct_delivery_administration", row | {"administration_code": "okf"})
    assert failures(reconcile(build, ALL_DATASETS)) == set()


def test_what_no_contract_promises_does_not_apply(tmp_path: Path) -> None:
    results = reconcile(make_build(tmp_path / "b"), {"postings"})
    assert {r.check_id for r in results} == expected_reconciliations()
    passed = {r.check_id.split(".")[1] for r in results if r.outcome is Outcome.passed}
    spend = {f"spend_{name}" for name in ("decided", "targets", "internal", "pairs", "municipality")}
    assert passed == {"postings", "deliveries", "delivery_parts", "rejections"} | spend
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
