"""The audit of one build: what is expected is computed first, everything is run, and one record says how it went."""

from pathlib import Path

from pipelines.audit.result import AuditRecord


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
    build. `promised_datasets`: datasets that some active contract of the instance promises. `instance_limits`: the
    instance's reference/limits.yml, which need not exist.
    """
    raise NotImplementedError
