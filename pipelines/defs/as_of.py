"""The job that makes a past day's release again, with the day asked for in the launchpad. What is done is the nightly refresh."""

from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from pipelines.defs.hooks import job_hooks
from pipelines.instance import Instance

JOB_NAME = "rebuild_as_of"


class AsOfConfig(dg.Config):
    """The day to make again."""

    as_of_date: str = Field(
        description="Day (YYYY-MM-DD), today or before: what had been delivered, and configured, by its end counts."
    )


@dg.config_mapping
def of_day(config: AsOfConfig) -> dict[str, Any]:
    """The run configuration of a day."""
    return {"ops": {"archive": {"config": {"as_of_date": config.as_of_date, "force": True}}}}


def as_of_job(instance: Instance) -> UnresolvedAssetJobDefinition:
    """The nightly refresh for a day in the past: its release stands beside the current one, which stays."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        config=of_day,
        description="Make the release of a past day again, from what had been delivered and configured by then. Name the day in "
        "the launchpad. Same as `portfolio refresh --as-of DAY --force`; for a past day, what readers see stays.",
        executor_def=dg.in_process_executor,
        hooks=job_hooks(instance),
        tags={"dagster/max_retries": "0"},
    )
