"""Start a refresh when something new has been delivered whole: not on a file that is being written, and once for a burst."""

import hashlib

import dagster as dg

from pipelines.defs.jobs import JOB_NAME
from pipelines.ingest.landing import ready_files
from pipelines.instance import Instance

EVERY_SECONDS = 60


def delivery_sensor(instance: Instance) -> dg.SensorDefinition:
    """Looks at landing each minute. Files that are the same as at the look before, and that no run was asked for, start one run."""

    @dg.sensor(
        name="new_delivery",
        job_name=JOB_NAME,
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts the nightly refresh when new files lie whole in landing and no more have come for a minute: "
        "one run for a burst. Switch it on once in the UI.",
    )
    def new_delivery(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        new = ready_files(instance)
        mark = hashlib.sha256("\n".join(new).encode()).hexdigest()[:16] if new else ""
        if not new:
            return dg.SensorResult(skip_reason=dg.SkipReason("Nothing new in landing."), cursor="")
        if context.cursor != mark:
            return dg.SensorResult(
                skip_reason=dg.SkipReason(f"{len(new)} new files; waiting for more until the next look."), cursor=mark
            )
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=mark)], cursor=mark)

    return new_delivery
