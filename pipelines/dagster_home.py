"""Where Dagster keeps its runs and events for an instance, and the settings that it is run with."""

import os

from pipelines.errors import ConfigurationError
from pipelines.files import write_atomically
from pipelines.instance import INSTANCE_VARIABLE, Instance

DAGSTER_POSTGRES = "PORTFOLIO_DAGSTER_POSTGRES_URL"
POSTGRES_SCHEME = "postgresql+psycopg2://"
DAGSTER_YAML = """\
# Yours to change; while nobody has, it follows the environment. Runs and events lie in SQLite beside this file.
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  max_runtime_seconds: 21600
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
retention:
  schedule:
    purge_after_days: 92
  sensor:
    purge_after_days: {skipped: 7, failure: 92, success: 92}
"""

SQLITE_STORAGE = """\
event_log_storage:  # SQLite beside this file, as without these lines, but quicker
  module: pipelines.defs.event_log
  class: SqliteEventLog
"""
POSTGRES_STORAGE = f"""\
storage:  # instead of SQLite
  postgres:
    postgres_url:
      env: {DAGSTER_POSTGRES}
"""


def prepare_dagster_home(instance: Instance) -> None:
    """Make the instance's DAGSTER_HOME, and point this process and its children at it.

    Dagster keeps runs and events in SQLite, or in the PostgreSQL database that PORTFOLIO_DAGSTER_POSTGRES_URL names. The file that
    tells it so names the variable, never the address. A dagster.yaml that somebody has changed is left as it is.

    Raises ConfigurationError for an address that Dagster could not use: it speaks to PostgreSQL by psycopg2 and by nothing else.
    """
    if not os.environ.get(DAGSTER_POSTGRES, POSTGRES_SCHEME).startswith(POSTGRES_SCHEME):
        raise ConfigurationError(
            f"{DAGSTER_POSTGRES}: expected {POSTGRES_SCHEME}USER:PASSWORD@HOST/DATABASE. Correct it."
        )
    path = instance.dagster_home / "dagster.yaml"
    wanted = DAGSTER_YAML + (POSTGRES_STORAGE if DAGSTER_POSTGRES in os.environ else SQLITE_STORAGE)
    ours = (
        DAGSTER_YAML,
        DAGSTER_YAML + SQLITE_STORAGE,
        DAGSTER_YAML + POSTGRES_STORAGE,
    )  # the first was written before that
    found = path.read_text("utf-8") if path.exists() else DAGSTER_YAML
    if found in ours and found != wanted:
        write_atomically(path, wanted)
    os.environ["DAGSTER_HOME"] = str(instance.dagster_home)
    os.environ[INSTANCE_VARIABLE] = str(instance.root)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
