"""Faults in tables, suites and results of a build: each keeps it from being released, and the audit record names the check."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.audit.change import profile_sql
from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.run import audit_build
from pipelines.audit.suites import load_suites
from pipelines.audit.verdict import may_be_shown
from pipelines.errors import AuditFailed, ConfigurationError
from pipelines.release.publish import publish
from pipelines.transform.build import Build
from tests.conftest import copy_of_sample
from tests.unit.audit_builds import CONTRACTS, EVERYTHING, EXPECTATIONS, NODES, make_build, warehouse, write_dbt

COMPARED = [suite for suite in load_suites(EXPECTATIONS) if suite.meta.compared_columns]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build that passes, with the profile of a last release that said the same."""
    build = make_build(tmp_path_factory.mktemp("faults") / "build")
    with warehouse(build) as connection:
        for suite in COMPARED:
            profile = profile_sql(suite.name, suite.meta.compared_columns)
            target = build / "inputs" / "previous_profile" / f"{suite.table_name}.parquet"
            connection.execute(f"copy (select '{suite.table_name}' as table_name, * from ({profile})) to '{target}'")
    return build


@pytest.fixture
def build(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "build"))


def expecting(folder: Path, *suites: str) -> Path:
    """An expectations folder with these suites only, and what every audit needs: an audit that takes no time."""
    for name in ("raw", "change"):
        shutil.copytree(EXPECTATIONS / name, folder / name)
    shutil.copy(EXPECTATIONS / "limits.yml", folder)
    for suite in suites:
        path = Path(suite.replace(".", "/") + ".json")
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copy(EXPECTATIONS / path, folder / path)
    listed = yaml.safe_load((EXPECTATIONS / "checks.yml").read_text("utf-8"))
    kept = {name: checks for name, checks in listed.items() if name in suites or name.startswith(("raw.", "change."))}
    (folder / "checks.yml").write_text(yaml.safe_dump(kept), "utf-8")
    return folder


def audit(build: Path, expectations: Path, **more: Any) -> AuditRecord:
    """The audit with limits that compare even one row."""
    limits = build / "limits.yml"
    limits.write_text("minimum_compared_count: 1\n", "utf-8")
    options: dict[str, Any] = {"with_data_docs": False} | more
    return audit_build(
        build, expectations=expectations, dbt_target=build / "dbt", promised_datasets=EVERYTHING, contracts=CONTRACTS,
        instance_limits=limits, **options,
    )  # fmt: skip


def named(record: AuditRecord, check_id: str) -> CheckResult:
    return next(check for check in record.checks if check.check_id == check_id)


def suite_of(check_id: str) -> list[str]:
    """The suite that a check belongs to, when it belongs to one."""
    return [check_id.rsplit(".", 1)[0]] if check_id.startswith(("core.", "marts.")) else ["core.dim_capability"]


TABLE_FAULTS = {
    "negative users": ("update core.dim_system set user_count = -1", "core.dim_system.user_count_not_negative"),
    "costs a hundred times as large": (
        "update core.dim_system set yearly_cost_amount = 100 * yearly_cost_amount",
        "core.dim_system.magnitudes_against_release",
    ),
    "costs turned around": (
        "update marts.mart_it_landscape set yearly_cost_amount = -yearly_cost_amount",
        "marts.mart_it_landscape.yearly_cost_amount_sign",
    ),
    "half of the landscape gone": (
        "delete from marts.mart_it_landscape where product_id = 'p2'",
        "marts.mart_it_landscape.rows_against_release",
    ),
    "an administration gone from the landscape": (
        "update marts.mart_it_landscape set administration_code = 'tmf'",
        "marts.mart_it_landscape.administrations_present",
    ),
    "links to suppliers fallen": (
        "update marts.mart_it_landscape set supplier_id = null where product_id = 'p2'",
        "marts.mart_it_landscape.values_against_release",
    ),
    "contracts no longer linked to systems": (
        "update core.fct_contract_system set system_id = null where system_id = '2'",
        "core.fct_contract_system.values_against_release",
    ),
    "an empty table of a promised dataset": ("delete from core.fct_assessment", "core.fct_assessment.has_rows"),
    "a table that may be empty has become so": ("delete from marts.mart_it_spend", "marts.mart_it_spend.rows_against_release"),
    "a table gone": ("drop table core.dim_supplier", "core.dim_supplier.supplier_name_given"),
    "a column gone": ("alter table core.dim_system drop column user_count", "core.dim_system.user_count_not_negative"),
    "shares that are not the whole": (
        "insert into marts.mart_vendor_concentration (spend_share_pct) values (60), (60)",
        "marts.mart_vendor_concentration.shares_sum_to_whole",
    ),
    "cost shares of a case that are not the whole": (
        "insert into marts.mart_business_case_by_administration (candidate_id, case_cost_pct) values ('c', 60), ('c', 60)",
        "marts.mart_business_case_by_administration.cost_shares",
    ),
    "cost allocated twice": (
        "update core.fct_contract_system set allocated_yearly_amount = 100",
        "reconciliation.contract_parts.amount",
    ),
    "a ledger line missing": ("delete from core.fct_posting where not is_it", "reconciliation.postings.rows"),
    "a ledger line that is another by 1 øre": (
        "update core.fct_posting set posting_amount = posting_amount + 0.01 where is_it",
        "reconciliation.postings.amount",
    ),
    "spend shown twice": ("update marts.mart_it_spend set spend_amount = 2 * spend_amount", "reconciliation.spend_mart.amount"),
    "two currencies": (
        "update marts.mart_investment_overview set currency_code = line_kind",
        "marts.mart_investment_overview.one_currency",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_a_fault_in_a_table_is_named(build: Path, tmp_path: Path, fault: str) -> None:
    statement, check_id = TABLE_FAULTS[fault]
    expectations = expecting(tmp_path / "expectations", *suite_of(check_id))
    with warehouse(build) as connection:
        connection.execute(statement)
    record = audit(build, expectations)
    assert named(record, check_id).outcome.is_blocking
    assert not record.passed


def test_without_a_fault_all_of_these_checks_hold(build: Path, tmp_path: Path) -> None:
    checks = [check_id for _, check_id in TABLE_FAULTS.values()]
    record = audit(build, expecting(tmp_path / "expectations", *{s for c in checks for s in suite_of(c)}))
    assert record.passed
    assert {named(record, check_id).outcome for check_id in checks} <= {Outcome.passed, Outcome.not_applicable}


def test_a_change_names_administration_and_column(build: Path, tmp_path: Path) -> None:
    with warehouse(build) as connection:
        connection.execute("update core.dim_system set user_count = 1000 * user_count")
    record = audit(build, expecting(tmp_path / "expectations", "core.dim_system"))
    assert named(record, "core.dim_system.magnitudes_against_release").examples == ("okf / user_count / 1000.0",)


def deleted_expectation(build: Path, expectations: Path) -> None:
    path = expectations / "core" / "dim_system.json"
    suite = json.loads(path.read_text("utf-8"))
    suite["expectations"] = [e for e in suite["expectations"] if e["meta"]["check"] != "user_count_not_negative"]
    path.write_text(json.dumps(suite), "utf-8")


def deleted_suite(build: Path, expectations: Path) -> None:
    shutil.copy(EXPECTATIONS / "core" / "dim_product.json", expectations / "core")
    (expectations / "core" / "dim_system.json").unlink()


def unknown_column(build: Path, expectations: Path) -> None:
    path = expectations / "core" / "dim_system.json"
    path.write_text(path.read_text("utf-8").replace('"column": "user_count"', '"column": "user_number"'), "utf-8")


def without_verdicts(build: Path, expectations: Path) -> None:
    (build / "delivery_checks.json").unlink()


def without_one_verdict(build: Path, expectations: Path) -> None:
    path = build / "delivery_checks.json"
    kept = json.loads(path.read_text("utf-8"))
    kept["d_systems"] = [c for c in kept["d_systems"] if not c["check_id"].endswith(".key_unique")]
    path.write_text(json.dumps(kept), "utf-8")


def with_results(**statuses: str | None) -> Callable[[Path, Path], None]:
    def change(build: Path, expectations: Path) -> None:
        found = {node: "success" if node.startswith("model.") else "pass" for node in NODES}
        test = "test.portfolio.unique_dim_system_system_id.1"
        write_dbt(build / "dbt", {n: s for n, s in (found | {test: statuses["test"]}).items() if s})

    return change


OTHER_FAULTS: dict[str, tuple[Callable[[Path, Path], None], str, Outcome]] = {
    "an expectation deleted": (deleted_expectation, "core.dim_system.user_count_not_negative", Outcome.failed),
    "a suite deleted": (deleted_suite, "core.dim_system.user_count_not_negative", Outcome.failed),
    "an unknown column in a suite": (unknown_column, "core.dim_system.user_count_not_negative", Outcome.error),
    "no verdicts on deliveries": (without_verdicts, "delivery.okf.systems.d_systems.rows", Outcome.failed),
    "a verdict missing": (without_one_verdict, "delivery.okf.systems.d_systems.key_unique", Outcome.failed),
    "a dbt test without a result": (with_results(test=None), "dbt.test.unique_dim_system_system_id.1", Outcome.failed),
    "a dbt test that failed": (with_results(test="fail"), "dbt.test.unique_dim_system_system_id.1", Outcome.failed),
    "a dbt test that raised": (with_results(test="error"), "dbt.test.unique_dim_system_system_id.1", Outcome.error),
    "a dbt test skipped": (with_results(test="skipped"), "dbt.test.unique_dim_system_system_id.1", Outcome.skipped),
}


@pytest.mark.parametrize("fault", OTHER_FAULTS)
def test_a_check_that_is_gone_or_cannot_run_is_named(build: Path, tmp_path: Path, fault: str) -> None:
    change, check_id, outcome = OTHER_FAULTS[fault]
    expectations = expecting(tmp_path / "expectations", "core.dim_system")
    change(build, expectations)
    record = audit(build, expectations)
    assert named(record, check_id).outcome is outcome
    assert not record.passed


@pytest.mark.parametrize(
    ("folder", "name", "check"),
    [("raw", "systems", "user_count_not_negative"), ("change", "release", "rows_against_release")],
)
def test_an_expectation_deleted_from_what_all_deliveries_or_tables_share_stops_the_run(
    build: Path, tmp_path: Path, folder: str, name: str, check: str
) -> None:
    expectations = expecting(tmp_path / "expectations", "core.dim_system")
    path = expectations / folder / f"{name}.json"
    suite = json.loads(path.read_text("utf-8"))
    suite["expectations"] = [e for e in suite["expectations"] if e["meta"]["check"] != check]
    path.write_text(json.dumps(suite), "utf-8")
    with pytest.raises(ConfigurationError, match=check):
        audit(build, expectations)


@pytest.fixture(scope="module")
def audited(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with its record and Data Docs."""
    folder = tmp_path_factory.mktemp("audited")
    build = Path(shutil.copytree(sound, folder / "build"))
    (build / "plan.json").write_text("{}", "utf-8")
    assert audit(
        build, expecting(folder / "expectations", "core.dim_system", "core.dim_product"), with_data_docs=True
    ).passed
    return build


def other_warehouse(build: Path) -> None:
    with duckdb.connect(str(build / "warehouse.duckdb")) as connection:
        connection.execute("update core.dim_system set user_count = user_count + 1")


def other_file(name: str) -> Callable[[Path], None]:
    return lambda build: (build / name).write_text("{ }", "utf-8") and None


def failed_record(build: Path) -> None:
    record = AuditRecord.read(build / "audit" / "audit.json")
    checks = [c.model_copy(update={"outcome": Outcome.skipped}) for c in record.checks]
    AuditRecord.of(record.build_id, record.file_hashes, checks).write(build / "audit" / "audit.json")


UNRELEASABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "another warehouse than audited": (other_warehouse, "other bytes in warehouse.duckdb"),
    "another plan than audited": (other_file("plan.json"), "other bytes in plan.json"),
    "another manifest than audited": (other_file("dbt/manifest.json"), "other bytes in dbt/manifest.json"),
    "cases written after the audit": (other_file("cases.json"), "other bytes in cases.json"),
    "a write-ahead log left": (lambda b: (b / "warehouse.duckdb.wal").write_bytes(b"x"), "with a .wal beside it"),
    "no record": (lambda b: (b / "audit" / "audit.json").unlink(), "has no audit record"),
    "a record that did not pass": (failed_record, "did not pass its audit"),
    "no Data Docs": (lambda b: shutil.rmtree(b / "audit" / "data_docs"), "lacks Data Docs of its audit .index.html"),
    "a page of the Data Docs missing": (
        lambda b: shutil.rmtree(b / "audit" / "data_docs" / "validations" / "core" / "dim_product"),
        "lacks Data Docs of its audit .core.dim_product",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNRELEASABLE)
def test_what_is_not_exactly_what_was_audited_is_not_released(audited: Path, tmp_path: Path, fault: str) -> None:
    change, said = UNRELEASABLE[fault]
    build, instance = Path(shutil.copytree(audited, tmp_path / "build")), copy_of_sample(tmp_path / "data")
    change(build)
    with pytest.raises(AuditFailed, match=said):
        publish(Build(build), instance)
    assert not instance.releases.exists()


def test_no_example_in_the_record_or_the_pages_is_personal(build: Path) -> None:
    person = "Torkild Pilehegnet 010203-4567"
    with warehouse(build) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where data_type = 'VARCHAR' and table_schema in ('core', 'marts')"
        ).fetchall()
        hidden = [(schema, table, column) for schema, table, column in columns if not may_be_shown(column)]
        assert len(hidden) > 100
        for schema, table, column in hidden:
            connection.execute(f'update {schema}.{table} set "{column}" = ?', [person])
        connection.execute("update core.dim_supplier set spelling_count = 0")
        connection.execute("update core.dim_system set user_count = -1")
    assert audit(build, EXPECTATIONS, with_data_docs=True).blocking
    said = "".join(p.read_text("utf-8") for p in (build / "audit").rglob("*") if p.is_file())
    assert "core.dim_system.user_count_not_negative" in said
    assert not re.search("Torkild|Pilehegnet|010203", said)
