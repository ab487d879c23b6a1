"""The one door to Dagster: `build_definitions(instance)`, and lazily the definitions of the instance that the environment names."""

import dagster as dg
from dagster.components import definitions

from pipelines.defs.audit import audit_checks, release_asset
from pipelines.defs.cases import case_assets
from pipelines.defs.check_job import check_job
from pipelines.defs.common import RefreshLock
from pipelines.defs.ingest import ingest_assets
from pipelines.defs.jobs import as_of_job, nightly_schedule, refresh_job
from pipelines.defs.models import dbt_resource, model_assets
from pipelines.defs.postgres import postgres_assets
from pipelines.defs.sensors import delivery_sensor
from pipelines.instance import Instance
from pipelines.release.tables import PUBLISHED_SCHEMAS
from pipelines.transform.configured import checked_configuration
from pipelines.transform.dbt import ensure_manifest


def build_definitions(instance: Instance) -> dg.Definitions:
    """Assets, checks, job and schedule for one municipality. Raises ConfigurationError when its configuration is faulty."""
    configuration = checked_configuration(instance)
    models = model_assets(instance, ensure_manifest())
    cases = case_assets(instance, models.keys)
    published = sorted(key for key in (*models.keys, *cases.keys) if key.path[0] in PUBLISHED_SCHEMAS)
    return dg.Definitions(
        assets=[
            *ingest_assets(configuration),
            models,
            cases,
            release_asset(instance, published),
            *postgres_assets(instance),
        ],
        asset_checks=[audit_checks(instance)],
        jobs=[refresh_job(instance), as_of_job(instance), check_job(instance)],
        schedules=[nightly_schedule(instance)],
        sensors=[delivery_sensor(instance)],
        executor=dg.in_process_executor,
        resources={"dbt": dbt_resource(), "refresh_lock": RefreshLock(root=str(instance.root))},
    )


@definitions
def defs() -> dg.Definitions:
    """Called by Dagster when it loads the code location, never at import."""
    return build_definitions(Instance.load())
