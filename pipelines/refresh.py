"""Run the one job in process on the instance's own DAGSTER_HOME, and say how it went. What is done is done in defs and stages."""

import contextlib
import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.dagster_home import prepare_dagster_home
from pipelines.errors import Locked
from pipelines.instance import Instance
from pipelines.release.pointer import all_releases
from pipelines.storage import storage_sentence
from pipelines.transform.build import Build
from pipelines.transform.spark import DUCKDB, require_engine


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended: whether it succeeded, the sentence of what failed, and the plan of its build when it got there."""

    succeeded: bool
    failure: str | None
    plan: dict[str, Any] | None
    run_id: str


def refresh(instance: Instance, as_of: date | None = None, force: bool = False, engine: str = DUCKDB) -> RefreshOutcome:
    """Execute the nightly job now. Raises ConfigurationError before anything is run when the configuration is faulty."""
    require_engine(engine)
    prepare_dagster_home(instance)
    import dagster as dg  # after the environment is set; two seconds that other commands need not wait

    from pipelines.definitions import build_definitions
    from pipelines.defs.common import end_dead_runs
    from pipelines.defs.jobs import JOB_NAME
    from pipelines.lock import refresh_lock

    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    job = build_definitions(instance).resolve_job_def(JOB_NAME)
    asked = {"as_of_date": as_of.isoformat() if as_of else None, "force": force, "engine": engine}
    config: dict[str, Any] = {
        "ops": {"archive": {"config": asked}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    with dg.DagsterInstance.get() as dagster_instance:
        with refresh_lock(instance):  # so that a second refresh says so at once, and leaves no failed run behind
            end_dead_runs(instance, dagster_instance)
        result = job.execute_in_process(run_config=config, instance=dagster_instance, raise_on_error=False)
    build = Build(instance.build / result.run_id)
    plan = build.plan() if build.plan_file.exists() else None
    failure = None if result.success else _failure(result)
    if result.success and not has_ended(instance, plan, force, result.run_id):
        failure = (
            "The release was skipped although something changed: a step before it did not report all that it made. "
            f"The current release stays. Look for warnings in the run's log in the UI (run {result.run_id})."
        )
    return RefreshOutcome(failure is None, failure, plan, result.run_id)


def has_ended(instance: Instance, plan: dict[str, Any] | None, force: bool, build_id: str) -> bool:
    """Whether a run without an error came to its end: nothing had changed, nothing may change, or there is a release of its build.

    Dagster skips what waits for an output that was never reported, and calls the run a success: seen November 2026, when dbt
    could not log the result of a model whose meta held a list of mappings.
    """
    nothing_to_do = plan is not None and (plan["is_unchanged"] or plan["held"]) and not force
    return nothing_to_do or any(m["build_id"] == build_id for m in all_releases(instance))


def end_dead_runs_of(instance: Instance) -> None:
    """Clear runs that a killed process left as running, unless a refresh is running now."""
    import dagster as dg

    from pipelines.defs.common import end_dead_runs
    from pipelines.lock import refresh_lock

    with contextlib.suppress(Locked), refresh_lock(instance), dg.DagsterInstance.get() as dagster_instance:
        end_dead_runs(instance, dagster_instance)


def _failure(result: Any) -> str:
    """The sentence of the first step that failed; for an error nobody foresaw, its kind and where the run's log is."""
    for event in result.all_events:
        data = event.event_specific_data
        if event.event_type_value == "STEP_FAILURE" and data.user_failure_data and data.user_failure_data.description:
            return str(data.user_failure_data.description)
        if event.event_type_value in ("STEP_FAILURE", "PIPELINE_FAILURE") and data.error:
            root = data.error
            while root.cause:
                root = root.cause
            step = f" in step {event.step_key}" if event.step_key else ""
            if sentence := storage_sentence(root.message):
                return sentence
            return f"{root.message.strip()}{step}. The whole error is in the run's log in the UI (run {result.run_id})."
    return "The run failed before its first step."
