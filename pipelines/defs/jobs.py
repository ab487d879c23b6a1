"""The one job, for today by its schedule or for a day in the past. UI, schedule, command line and tests all run it."""

from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from pipelines.defs.hooks import job_hooks
from pipelines.instance import Instance

JOB_NAME, AS_OF_JOB_NAME = "nightly_refresh", "rebuild_as_of"


class AsOfConfig(dg.Config):
    """The day to make again."""

    as_of_date: str = Field(
        description="Day (YYYY-MM-DD), today or before: what had been delivered, and configured, by its end counts."
    )


@dg.config_mapping
def of_day(config: AsOfConfig) -> dict[str, Any]:
    """The run configuration of a day."""
    return {"ops": {"archive": {"config": {"as_of_date": config.as_of_date, "force": True}}}}


def refresh_job(instance: Instance) -> UnresolvedAssetJobDefinition:
    """Everything from landing to release."""
    return _whole_way(
        instance,
        JOB_NAME,
        "Land, archive, conform, link, transform, audit and release. Same as `portfolio refresh`.",
        retries=1,  # of a run whose process died; never of one that a check or a file stopped
    )


def as_of_job(instance: Instance) -> UnresolvedAssetJobDefinition:
    """The nightly refresh for a day in the past: its release stands beside the current one, which stays."""
    return _whole_way(
        instance,
        AS_OF_JOB_NAME,
        "Make the release of a past day again, from what had been delivered and configured by then. Name the day in "
        "the launchpad. Same as `portfolio refresh --as-of DAY --force`; for a past day, what readers see stays.",
        config=of_day,
    )


def _whole_way(
    instance: Instance, name: str, description: str, *, retries: int = 0, config: dg.ConfigMapping | None = None
) -> UnresolvedAssetJobDefinition:
    """All assets in one process: few fat steps, one owner of the build file."""
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.all(),
        config=config,
        description=description,
        executor_def=dg.in_process_executor,
        hooks=job_hooks(instance),
        tags={"dagster/max_retries": str(retries)},
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
