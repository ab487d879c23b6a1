"""The audit of a whole build: expected before it runs, every gap a failure, and one record of exactly these bytes."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.audit import run
from pipelines.audit.dbt_results import load_manifest
from pipelines.audit.deliveries import deliveries_in_force, expected_of_deliveries
from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.suites import load_suite, load_suites
from pipelines.audit.tables import with_change_rules, with_row_rule
from pipelines.errors import AuditFailed, ConfigurationError
from tests.unit.audit_builds import CONTRACTS, EVERYTHING, EXPECTATIONS, NODES, make_build, warehouse, write_dbt


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("audit") / "build")


@pytest.fixture
def build(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "build"))


def audit(build: Path, promised: set[str] = EVERYTHING, **more: Any) -> AuditRecord:
    options: dict[str, Any] = {"with_data_docs": False, "expectations": EXPECTATIONS} | more
    return run.audit_build(build, dbt_target=build / "dbt", promised_datasets=promised, contracts=CONTRACTS, **options)


def only(folder: Path, suite: str) -> Path:
    """An expectations folder with nothing but one suite and what every audit needs: an audit that takes no time."""
    path = Path(suite.replace(".", "/") + ".json")
    (folder / path).parent.mkdir(parents=True)
    for name in (path, "limits.yml"):
        shutil.copy(EXPECTATIONS / name, folder / name)
    for name in ("raw", "change"):
        shutil.copytree(EXPECTATIONS / name, folder / name)
    listed = yaml.safe_load((EXPECTATIONS / "checks.yml").read_text("utf-8"))
    kept = {name: checks for name, checks in listed.items() if name == suite or name.startswith(("raw.", "change."))}
    (folder / "checks.yml").write_text(yaml.safe_dump(kept), "utf-8")
    return folder


def named(record: AuditRecord, check_id: str) -> CheckResult:
    return next(check for check in record.checks if check.check_id == check_id)


def test_a_sound_build_passes_and_the_record_is_of_its_bytes(build: Path) -> None:
    record = audit(build)
    assert record.passed, [c.sentence for c in record.blocking]
    assert record.counts[Outcome.warning] == 0
    assert record.build_id == "build"
    assert (
        record.file_hashes["warehouse.duckdb"] == hashlib.sha256((build / "warehouse.duckdb").read_bytes()).hexdigest()
    )
    assert set(record.file_hashes) == {
        "warehouse.duckdb",
        "delivery_checks.json",
        "dbt/manifest.json",
        "dbt/run_results.json",
    }
    assert AuditRecord.read(build / "audit" / "audit.json") == record


def test_the_record_holds_what_was_expected_and_nothing_else(build: Path) -> None:
    change = load_suite(EXPECTATIONS / "change" / "release.json")
    suites = [with_change_rules(with_row_rule(suite), change) for suite in load_suites(EXPECTATIONS)]
    expected = run.expected_checks(suites, load_manifest(build / "dbt"))
    expected |= expected_of_deliveries(CONTRACTS, deliveries_in_force(build), EXPECTATIONS)
    assert {c.check_id for c in audit(build).checks} == expected


def test_the_same_build_twice_gives_the_same_bytes(build: Path) -> None:
    audit(build)
    first = (build / "audit" / "audit.json").read_bytes()
    audit(build)
    assert (build / "audit" / "audit.json").read_bytes() == first


@pytest.mark.parametrize(
    ("statement", "check_id", "outcome"),
    [
        ("update core.dim_system set user_count = -1", "core.dim_system.user_count_not_negative", Outcome.failed),
        ("update core.dim_system set product_id = null", "core.dim_system.product_id_given", Outcome.failed),
        ("update core.fct_posting set fiscal_year = 1025", "core.fct_posting.fiscal_year_plausible", Outcome.failed),
        (
            "update marts.mart_it_landscape set administration_code = null where product_id = 'p1'",
            "marts.mart_it_landscape.administration_code_given",
            Outcome.failed,
        ),
        (
            "update marts.mart_it_landscape set supplier_id = null",
            "marts.mart_it_landscape.supplier_known",
            Outcome.warning,
        ),
        (
            "update marts.mart_investment_overview set currency_code = line_kind",
            "marts.mart_investment_overview.one_currency",
            Outcome.failed,
        ),
        (
            "insert into marts.mart_shared_solution_candidate (candidate_rank, administration_count) values (1, 1)",
            "marts.mart_shared_solution_candidate.several_administrations",
            Outcome.failed,
        ),
        (
            "insert into marts.mart_shared_solution_candidate (candidate_rank) values (2)",
            "marts.mart_shared_solution_candidate.rank_from_one",
            Outcome.failed,
        ),
        (
            "insert into marts.mart_shared_solution_candidate (candidate_rank) values (1), (3)",
            "marts.mart_shared_solution_candidate.rank_without_gaps",
            Outcome.failed,
        ),
        ("update core.dim_data_contract set is_late = true", "core.dim_data_contract.on_time", Outcome.warning),
        (
            "update core.dim_data_contract set expected_by_date = '2026-01-31'",
            "core.dim_data_contract.expected_after_newest",
            Outcome.failed,
        ),
        (
            "update core.fct_delivery set rejected_pct = 10.01 where delivery_id = 'd_systems'",
            "core.fct_delivery.rejected_within_limit",
            Outcome.warning,
        ),
        (
            "update core.fct_delivery set business_date = '3026-01-31' where delivery_id = 'd_systems'",
            "core.fct_delivery.business_date_plausible",
            Outcome.warning,
        ),
        (
            "update core.fct_delivery set rejected_row_count = 0",
            "core.fct_delivery.unknown_amounts_are_of_rejected_rows",
            Outcome.failed,
        ),
        (
            "update core.fct_delivery_administration set rejected_pct = 100 where delivery_id = 'd_systems'",
            "core.fct_delivery_administration.rejected_within_limit",
            Outcome.warning,
        ),
        (
            "insert into core.fct_delivery_administration by name "
            "select 'd_systems' as delivery_id, true as is_in_force, 0 as accepted_row_count, 100 as rejected_pct",
            "core.fct_delivery_administration.rejected_within_limit",  # nobody's rows are all rejected
            Outcome.passed,
        ),
        (
            "update core.fct_rejection set faulty_row_count = 0",
            "core.fct_rejection.faulty_rows_positive",
            Outcome.failed,
        ),
        ("delete from core.fct_assessment", "core.fct_assessment.score_in_scale", Outcome.failed),
        ("drop table core.dim_product", "core.dim_product.has_rows", Outcome.failed),
        ("alter table core.dim_product drop column product_name", "core.dim_product.product_name_given", Outcome.error),
    ],
)
def test_what_is_wrong_in_a_table_is_named(
    build: Path, tmp_path: Path, statement: str, check_id: str, outcome: Outcome
) -> None:
    suites = only(tmp_path / "expectations", check_id.rpartition(".")[0])
    with warehouse(build) as connection:
        connection.execute(statement)
    record = audit(build, expectations=suites)
    assert named(record, check_id).outcome is outcome
    assert record.passed is (not outcome.is_blocking)


def test_a_candidate_list_may_be_empty(build: Path) -> None:
    record = audit(build)
    found = {c.outcome for c in record.checks if c.table_name == "mart_shared_solution_candidate"}
    assert found == {Outcome.not_applicable}


def test_datasets_that_nobody_promises_do_not_apply_and_need_no_rows(build: Path) -> None:
    with warehouse(build) as connection:
        for table in ("core.fct_assessment", "core.dim_contract"):
            connection.execute(f"delete from {table}")
    record = audit(build, {name for name in EVERYTHING if name.partition(".")[0] not in ("assessments", "contracts")})
    assert record.passed, [c.sentence for c in record.blocking]
    assert {c.outcome for c in record.checks if c.table_name == "fct_assessment"} == {Outcome.not_applicable}
    assert named(record, "marts.mart_it_landscape.contract_known").outcome is Outcome.not_applicable
    assert named(record, "marts.mart_it_landscape.supplier_known").outcome is Outcome.passed


def test_a_field_that_nobody_promises_does_not_make_a_rule_fail(build: Path, tmp_path: Path) -> None:
    suites = only(tmp_path / "expectations", "marts.mart_it_landscape")
    with warehouse(build) as connection:
        connection.execute("update marts.mart_it_landscape set supplier_id = null, yearly_cost_amount = null")
    both = {"systems.supplier_name", "systems.supplier_registration_code"}
    record = audit(build, EVERYTHING - both, expectations=suites)
    supplier = named(record, "marts.mart_it_landscape.supplier_known")
    assert supplier.outcome is Outcome.not_applicable
    assert supplier.sentence_da.endswith("ingen kontrakt lover leverandør (systemer) eller cvr-nummer (systemer).")
    assert named(record, "marts.mart_it_landscape.cost_known").outcome is Outcome.warning


@pytest.mark.parametrize(
    ("node", "status", "outcome"),
    [
        ("model.portfolio.dim_system", "error", Outcome.error),
        ("model.portfolio.dim_system", "skipped", Outcome.skipped),
        ("model.portfolio.dim_system", None, Outcome.failed),
        ("test.portfolio.unique_dim_system_system_id.1", "fail", Outcome.failed),
        ("test.portfolio.unique_dim_system_system_id.1", "error", Outcome.error),
        ("test.portfolio.unique_dim_system_system_id.1", "skipped", Outcome.skipped),
        ("test.portfolio.unique_dim_system_system_id.1", None, Outcome.failed),
        ("test.portfolio.warned.2", "warn", Outcome.warning),
        ("test.portfolio.warned.2", "something new", Outcome.error),
        ("test.portfolio.warned.2", None, Outcome.failed),
    ],
)
def test_what_dbt_says_or_does_not_say_decides(
    build: Path, tmp_path: Path, node: str, status: str | None, outcome: Outcome
) -> None:
    statuses = {n: "success" if n.startswith("model.") else "pass" for n in NODES} | {node: status}
    write_dbt(build / "dbt", {n: s for n, s in statuses.items() if s is not None})
    record = audit(build, expectations=only(tmp_path / "expectations", "core.dim_capability"))
    kind, _, name = node.split(".", 2)
    check = named(record, f"dbt.{kind}.{name}")
    assert check.outcome is outcome
    assert check.table_name == "dim_system"
    assert record.passed is (not outcome.is_blocking)
    assert "Jens" not in check.sentence


def test_without_run_results_every_model_and_test_has_failed(build: Path) -> None:
    (build / "dbt" / "run_results.json").unlink()
    record = audit(build)
    assert {c.outcome for c in record.checks if c.kind.startswith("dbt")} == {Outcome.failed}


def test_a_unit_test_is_not_expected_each_night(build: Path) -> None:
    manifest = json.loads((build / "dbt" / "manifest.json").read_text())
    assert manifest["unit_tests"]
    assert not any("unit_test" in c.check_id for c in audit(build).checks)


def test_a_check_that_vanishes_while_running_has_failed(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "reconcile", lambda *_: [])
    record = audit(build)
    missing = [c for c in record.checks if c.check_id.startswith("reconciliation.")]
    assert missing
    assert {(c.outcome, c.sentence.endswith("was expected and gave no result.")) for c in missing} == {
        (Outcome.failed, True)
    }


def test_an_instance_limit_reaches_the_suites(build: Path, tmp_path: Path) -> None:
    limits = tmp_path / "limits.yml"
    limits.write_text("maximum_user_count: 15\n")
    check = named(audit(build, instance_limits=limits), "core.dim_system.user_count_plausible")
    assert check.outcome is Outcome.warning
    assert check.sentence == "No system has more than 15 users: not true of 1 of 2 rows (50.0 %), such as 20."
    limits.write_text("no_such_limit: 15\n")
    with pytest.raises(ConfigurationError, match="no_such_limit"):
        audit(build, instance_limits=limits)


def test_columns_that_the_warehouse_classifies_are_hidden(build: Path) -> None:
    assert load_manifest(build / "dbt").hidden_columns("core", "dim_system") == {"criticality_code"}
    assert load_manifest(build / "dbt").hidden_columns("marts", "dim_system") == frozenset()


@pytest.mark.parametrize("gone", ["warehouse.duckdb", "dbt/manifest.json"])
def test_nothing_is_audited_that_is_not_there(build: Path, gone: str) -> None:
    (build / gone).unlink()
    with pytest.raises(AuditFailed):
        audit(build)
    assert not (build / "audit").exists()


def test_a_warehouse_that_was_not_closed_is_not_audited(build: Path) -> None:
    (build / "warehouse.duckdb.wal").write_bytes(b"")
    with pytest.raises(AuditFailed, match="closed"):
        audit(build)


def test_a_warehouse_that_changes_meanwhile_is_not_audited(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def meddle(*_: object) -> list[CheckResult]:
        with warehouse(build) as connection:
            connection.execute("create table core.more as select * from range(10000)")
        return []

    monkeypatch.setattr(run, "reconcile", meddle)
    with pytest.raises(AuditFailed, match="changed while"):
        audit(build)


def test_data_docs_are_whole_without_a_network(build: Path) -> None:
    audit(build, with_data_docs=True)
    folder = build / "audit" / "data_docs"
    pages = list(folder.rglob("*.html"))
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "marts.mart_it_landscape" in index
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text
        assert "<script" not in text
        assert page.name == "index.html" or page.relative_to(folder).as_posix() in index
    landscape = next((folder / "validations/marts/mart_it_landscape").rglob("*.html")).read_text(encoding="utf-8")
    assert "At least 80% of the system uses have a known supplier" in landscape
