"""The one door to Dagster: `build_definitions(instance)`, and lazily the definitions of the instance that the environment names."""

import dagster as dg
from dagster.components import definitions

from pipelines.audit.delivery import EXPECTATIONS, compile_suite
from pipelines.audit.limits import load_limits
from pipelines.configuration import Configuration
from pipelines.defs.audit import audit_checks, release_asset
from pipelines.defs.common import RefreshLock
from pipelines.defs.ingest import ingest_assets
from pipelines.defs.jobs import nightly_schedule, refresh_job
from pipelines.defs.models import dbt_resource, model_assets
from pipelines.instance import Instance
from pipelines.linkage.decisions import read_decisions
from pipelines.release.tables import PUBLISHED_SCHEMAS
from pipelines.transform.dbt import ensure_manifest
from pipelines.transform.reference import check_references


def build_definitions(instance: Instance) -> dg.Definitions:
    """Assets, checks, job and schedule for one municipality. Raises ConfigurationError when its configuration is faulty."""
    configuration = Configuration.load(instance)
    for contract in configuration.contracts:
        compile_suite(contract)  # a quality rule that cannot be understood is a faulty configuration
    check_references(instance)
    read_decisions(instance)  # decisions that contradict each other are a faulty configuration
    load_limits(EXPECTATIONS, instance.reference / "limits.yml")
    models = model_assets(instance, ensure_manifest())
    published = sorted(key for key in models.keys if key.path[0] in PUBLISHED_SCHEMAS)
    return dg.Definitions(
        assets=[*ingest_assets(configuration), models, release_asset(instance, published)],
        asset_checks=[audit_checks(instance)],
        jobs=[refresh_job()],
        schedules=[nightly_schedule(instance)],
        executor=dg.in_process_executor,
        resources={"dbt": dbt_resource(), "refresh_lock": RefreshLock(root=str(instance.root))},
    )


@definitions
def defs() -> dg.Definitions:
    """Called by Dagster when it loads the code location, never at import."""
    return build_definitions(Instance.load())
