"""The one job and its schedule. UI, schedule, command line and tests all run this job."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.defs.hooks import job_hooks
from pipelines.instance import Instance

JOB_NAME = "nightly_refresh"


def refresh_job(instance: Instance) -> UnresolvedAssetJobDefinition:
    """Everything from landing to release, in one process: few fat steps, one owner of the build file."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        description="Land, archive, conform, link, transform, audit and release. Same as `portfolio refresh`.",
        executor_def=dg.in_process_executor,
        hooks=job_hooks(instance),
        tags={"dagster/max_retries": "1"},  # of a run whose process died; never of one that a check or a file stopped
    )


def nightly_schedule(instance: Instance) -> dg.ScheduleDefinition:
    """The job every night at the instance's own time."""
    return dg.ScheduleDefinition(
        name="nightly",
        job_name=JOB_NAME,
        cron_schedule=instance.settings.schedule,
        execution_timezone=instance.settings.time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Starts the nightly refresh. Switch it on once in the UI; it stays on.",
    )
