"""The audit of one build: what is expected is computed first, everything is run, and one record says how it went."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pipelines.audit.dbt_results import Manifest, dbt_checks, load_manifest
from pipelines.audit.docs import build_docs
from pipelines.audit.engine import engine
from pipelines.audit.limits import load_limits
from pipelines.audit.reconcile import reconcile
from pipelines.audit.reconciliations import expected_reconciliations
from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.suites import Suite, load_suite, load_suites
from pipelines.audit.tables import Bench, check_tables, with_change_rules, with_row_rule
from pipelines.errors import AuditFailed

RECORD = "audit.json"
DATA_DOCS = "data_docs"


def audit_build(
    build: Path,
    *,
    expectations: Path,
    dbt_target: Path,
    promised_datasets: set[str],
    instance_limits: Path | None = None,
    with_data_docs: bool = True,
) -> AuditRecord:
    """Audit <build>/warehouse.duckdb (closed, read-only) and write <build>/audit/audit.json and audit/data_docs/.

    `expectations`: the project's folder of suites. `dbt_target`: folder of manifest.json and run_results.json of this
    build. `promised_datasets`: the datasets that some active contract of the instance promises, and their fields
    (`systems.supplier_name`). `instance_limits`: the instance's reference/limits.yml, which need not exist.

    Bad data never raises. Raises ConfigurationError when suites or limits are faulty, AuditFailed when there is no
    warehouse or manifest to audit, or when Great Expectations does not see what is wrong in a trial.
    """
    warehouse = build / "warehouse.duckdb"
    change = load_suite(expectations / "change" / "release.json")
    suites = [with_change_rules(with_row_rule(suite), change) for suite in load_suites(expectations)]
    limits, manifest = load_limits(expectations, instance_limits), load_manifest(dbt_target)
    expected, bytes_before = expected_checks(suites, manifest), _sha256(warehouse)
    with engine().warehouse(warehouse):
        tables = check_tables(Bench(engine(), change, build / "inputs", manifest, limits, promised_datasets), suites)
    checks = [*tables.checks, *reconcile(build, promised_datasets), *dbt_checks(manifest, dbt_target)]
    record = AuditRecord.of(build.name, bytes_before, [*checks, *_missing(expected, checks)])
    if _sha256(warehouse) != bytes_before:
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
            gate="build",
            kind="great_expectations",
            severity="critical",
            outcome=Outcome.failed,
            sentence=f"The check {check_id} was expected and gave no result.",
            sentence_da=f"Kontrollen {check_id} var ventet, men gav intet resultat.",
        )
        for check_id in sorted(expected - {check.check_id for check in checks})
    ]


def _sha256(path: Path) -> str:
    """Hash of the file's bytes. Raises AuditFailed when it is not there, or when it was not closed."""
    if not path.is_file() or path.with_name(path.name + ".wal").exists():
        raise AuditFailed(f"Expected a closed warehouse at {path}, found none or one with a .wal beside it. Run again.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
