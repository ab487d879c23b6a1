"""The audit as blocking asset checks on core and marts, and the release that waits for them.

The release leans on the audit record of exactly its bytes; that the graph orders the steps is for people who look at it.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.audit.delivery import EXPECTATIONS
from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.run import audit_build
from pipelines.audit.suites import load_suites
from pipelines.cases.candidates import CANDIDATES, MEMBERS
from pipelines.configuration import Configuration
from pipelines.defs.common import OWNER, RELEASE, build_of, say, table_of, told
from pipelines.instance import Instance
from pipelines.release.pointer import is_current
from pipelines.release.publish import publish
from pipelines.release.standing import remove_old
from pipelines.transform.build import Build
from pipelines.transform.configured import instance_of

CHECK_NAME = "expectations"
RELEASE_KEY = dg.AssetKey("release")


def audit_of(build: Build, instance: Instance) -> AuditRecord:
    """Run the whole audit of a build and write its record.

    What is expected of a table follows from the contracts that have a delivery in force; the others are late, and said so.
    """
    return audit_build(
        build.folder,
        expectations=EXPECTATIONS,
        dbt_target=build.dbt_target,
        promised_datasets=set(build.plan()["promised"]),
        contracts=Configuration.load(instance).contracts,
        instance_limits=instance.reference / "limits.yml",
    )


def audit_failure(record: AuditRecord, build: Build) -> dg.Failure:
    """The failure of a build that did not pass: the first sentences, and where the rest is."""
    sentences = "\n".join(f"  {c.outcome}: {c.sentence}" for c in record.blocking[:10])
    more = f"\n  and {len(record.blocking) - 10} more" if len(record.blocking) > 10 else ""
    return dg.Failure(
        description=f"The build did not pass its audit, so the current release stays:\n{sentences}{more}\n"
        f"All checks: {build.audit / 'audit.json'}",
        allow_retries=False,
    )


def audit_checks(instance: Instance) -> dg.AssetChecksDefinition:
    """One blocking check per table that a suite of expectations/ is about, and all reconciliations beside them.

    The tables that business cases read cannot block: Dagster would want the one step of the audit before the cases and after
    them. A failure there keeps the release back all the same, since the step itself fails.
    """
    specs = [
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=dg.AssetKey([suite.schema_name, suite.table_name]),
            blocking=suite.table_name not in (CANDIDATES, MEMBERS),
            description=f"What a portfolio manager expects of {suite.table_name}, that its money reconciles, and that its dbt tests ran. "
            "A critical failure keeps the current release in place; the sentences say which rows to look at.",
        )
        for suite in load_suites(EXPECTATIONS, gates=("core", "marts"))
    ]

    @dg.multi_asset_check(name="audit", specs=specs)
    def audit(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with told():
            build = build_of(context, instance)
            record = audit_of(build, instance_of(build, instance))
            say(context, "audit: " + ", ".join(f"{n} {outcome}" for outcome, n in record.counts.items() if n))
            for spec in specs:
                yield _check_result(spec, [c for c in record.checks if c.table_name == spec.asset_key.path[-1]])
            if not record.passed:
                raise audit_failure(record, build)

    return audit


def _check_result(spec: dg.AssetCheckSpec, checks: list[CheckResult]) -> dg.AssetCheckResult:
    """All checks of one table as one result with its sentences as a table."""
    broken = [c for c in checks if c.outcome.is_blocking]
    warned = [c for c in checks if c.outcome is Outcome.warning]
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=bool(checks) and not broken and not warned,
        severity=dg.AssetCheckSeverity.ERROR if broken or not checks else dg.AssetCheckSeverity.WARN,
        description=" ".join(c.sentence for c in (broken + warned)[:5]) or f"All {len(checks)} checks hold.",
        metadata={
            "checks": table_of(("outcome", "severity", "check"), [(c.outcome, c.severity, c.sentence) for c in checks])
        },
    )


def release_asset(instance: Instance, published: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The release: the last step, after every published table and its checks."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=published,
        group_name=RELEASE,
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        description="A new folder of tables, audit and manifest, read back by a fresh process; then `current` is switched to it. "
        "A failure here leaves `current` as it was; the reason is in the step's error.",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with told():
            build = build_of(context, instance)
            folder = publish(build, instance_of(build, instance))
            say(
                context,
                f"released {folder.name}" + ("" if is_current(instance, folder) else " (of a past day: current stays)"),
            )
            gone = remove_old(instance)
            if gone:
                say(
                    context,
                    f"removed {len(gone)} old releases (keep_releases, keep_days in instance.yml): {', '.join(gone)}",
                )
            return dg.MaterializeResult(
                metadata={
                    "release_id": folder.name,
                    "folder": dg.MetadataValue.path(str(folder)),
                    "removed_releases": gone,
                }
            )

    return release
