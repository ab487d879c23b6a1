"""The audit of one build: what is expected is computed first, everything is run, and one record says how it went."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.audit.dbt_results import Manifest, dbt_checks, load_manifest
from pipelines.audit.deliveries import DELIVERY_CHECKS, deliveries_in_force, delivery_checks, expected_of_deliveries
from pipelines.audit.docs import build_docs
from pipelines.audit.engine import engine
from pipelines.audit.limits import load_limits
from pipelines.audit.reconcile import reconcile
from pipelines.audit.reconciliations import expected_reconciliations
from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.suites import Suite, listed_checks, load_listed_suite, load_suites
from pipelines.audit.tables import Bench, check_tables, with_change_rules, with_row_rule
from pipelines.contracts.model import Contract
from pipelines.errors import AuditFailed
from pipelines.files import sha256_of

RECORD = "audit.json"
WAREHOUSE_FILE = "warehouse.duckdb"
AUDITED = (WAREHOUSE_FILE, "plan.json", "cases.json", DELIVERY_CHECKS, "dbt/manifest.json", "dbt/run_results.json")
DATA_DOCS = "data_docs"


def audit_build(
    build: Path,
    *,
    expectations: Path,
    dbt_target: Path,
    promised_datasets: set[str],
    contracts: Iterable[Contract],
    instance_limits: Path | None = None,
    with_data_docs: bool = True,
) -> AuditRecord:
    """Audit <build>/warehouse.duckdb (closed, read-only) and write <build>/audit/audit.json and audit/data_docs/.

    `expectations`: the project's folder of suites. `dbt_target`: folder of manifest.json and run_results.json of this
    build. `promised_datasets`: the datasets that some active contract of the instance promises, and their fields
    (`systems.supplier_name`). `contracts`: those of the instance; every delivery in force must have been judged by its own.
    `instance_limits`: the instance's reference/limits.yml, which need not exist.

    Bad data never raises. Raises ConfigurationError when suites or limits are faulty, AuditFailed when there is no
    warehouse or manifest to audit, or when Great Expectations does not see what is wrong in a trial.
    """
    warehouse = build / WAREHOUSE_FILE
    change = load_listed_suite(expectations / "change" / "release.json")
    suites = [with_change_rules(with_row_rule(suite), change) for suite in load_suites(expectations)]
    limits, manifest = load_limits(expectations, instance_limits), load_manifest(dbt_target)
    hashes, deliveries = file_hashes(build), deliveries_in_force(build)
    expected = expected_checks(suites, manifest) | listed_checks(expectations)
    expected |= expected_of_deliveries(contracts, deliveries, expectations)
    with engine().warehouse(warehouse):
        tables = check_tables(Bench(engine(), change, build / "inputs", manifest, limits, promised_datasets), suites)
    checks = [*tables.checks, *reconcile(build, promised_datasets), *dbt_checks(manifest, dbt_target)]
    checks += delivery_checks(build, deliveries)
    record = AuditRecord.of(build.name, hashes, [*checks, *_missing(expected, checks)])
    if file_hashes(build) != hashes:
        raise AuditFailed(f"{warehouse} changed while it was audited. Let nothing else write to it and run again.")
    record.write(build / "audit" / RECORD)
    if with_data_docs:
        build_docs(engine(), tables.natives, build.name, build / "audit" / DATA_DOCS)
    return record


def expected_checks(suites: Iterable[Suite], manifest: Manifest) -> set[str]:
    """The ids of all checks that a build must have a result for, known before anything runs."""
    rules = {f"{suite.name}.{rule.meta.check}" for suite in suites for rule in suite.expectations}
    return rules | expected_reconciliations() | {node.check_id for node in manifest.expected}


def _missing(expected: set[str], checks: Iterable[CheckResult]) -> list[CheckResult]:
    """A failed check for everything that was expected and has no result."""
    return [
        CheckResult(
            check_id=check_id,
            gate="delivery" if check_id.startswith("delivery.") else "build",
            kind="great_expectations",
            severity="critical",
            outcome=Outcome.failed,
            sentence=f"The check {check_id} was expected and gave no result.",
            sentence_da=f"Kontrollen {check_id} var ventet, men gav intet resultat.",
        )
        for check_id in sorted(expected - {check.check_id for check in checks})
    ]


def file_hashes(build: Path) -> dict[str, str]:
    """SHA-256 of the files of a build that are released or that its verdict rests on, by path in its folder.

    Raises AuditFailed when there is no warehouse, or when it was not closed: what a .wal holds is in no hash.
    """
    warehouse = build / WAREHOUSE_FILE
    if not warehouse.is_file() or warehouse.with_name(warehouse.name + ".wal").exists():
        raise AuditFailed(
            f"Expected a closed warehouse at {warehouse}, found none or one with a .wal beside it. Run again."
        )
    return {name: sha256_of(build / name) for name in AUDITED if (build / name).is_file()}
