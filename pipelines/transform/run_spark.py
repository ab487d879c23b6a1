"""dbt's own command on Apache Spark, in the environment that has it: a session is made, dbt uses it, tables are left as Parquet.

PORTFOLIO_SPARK_MASTER names a cluster's master (spark://…, yarn, k8s://…) or a Spark Connect server (sc://…), local[*] when it is not
set; PORTFOLIO_SPARK_STORE where tables are written (a folder, or any path that the cluster's file systems know), the build's own folder
when it is not set. What else a cluster needs to know stands in its spark-defaults.conf (SPARK_CONF_DIR).
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

MASTER, STORE, EXPORTED = "PORTFOLIO_SPARK_MASTER", "PORTFOLIO_SPARK_STORE", "PORTFOLIO_SPARK_EXPORTED"
SETTINGS = {
    "spark.sql.catalogImplementation": "in-memory",  # a build is its own catalog, and gone with the session
    "spark.sql.parser.escapedStringLiterals": "true",  # a backslash in a text is a backslash
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",  # where they begin; adaptive execution joins what is small
    "spark.sql.autoBroadcastJoinThreshold": "32m",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "6g",
}
OF_THE_SERVER = (
    "spark.sql.catalogImplementation",
    "spark.ui.enabled",
    "spark.ui.showConsoleProgress",
    "spark.driver.memory",
)
LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}  # nobody else is to reach it


def main() -> None:
    """Run dbt with the arguments given; dagster-dbt calls this as its dbt executable."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:  # asked before each run, and answered without loading dbt
        print(f"Core:\n  - installed: {version('dbt-core')}")
        return
    build = Path(os.environ["PORTFOLIO_BUILD"])
    with (build / "spark.log").open("a") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())  # Java writes there; what dbt says goes to standard output
    store = os.environ.get(STORE, str(build / "spark"))
    sys.exit(_run(build, store, arguments))


def _run(build: Path, store: str, arguments: list[str]) -> int:
    from dbt.cli.main import dbtRunner

    session = _session(store)
    try:
        _show_inputs(session, build)
        result = dbtRunner().invoke(arguments)
        if result.success:
            _export(session, store, json.loads(os.environ.get(EXPORTED, "[]")))
    finally:
        session.stop()
    return 2 if result.exception else int(not result.success)


def _session(store: str):  # type: ignore[no-untyped-def]  # pyspark is not where types are checked
    from pyspark.sql import SparkSession

    master = os.environ.get(MASTER, "local[*]")
    builder = SparkSession.builder.appName("IT portfolio")
    if master.startswith("sc://"):
        os.environ["SPARK_REMOTE"] = master  # dbt asks for a session of its own, and is given this one
        builder, settings = builder.remote(master), {n: v for n, v in SETTINGS.items() if n not in OF_THE_SERVER}
    else:
        around = LOCAL if master.startswith("local") else {}
        builder, settings = builder.master(master), SETTINGS | around | {"spark.sql.warehouse.dir": store}
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    if not master.startswith("sc://"):
        session.sparkContext.setLogLevel("ERROR")
    return session


def _show_inputs(session, build: Path) -> None:  # type: ignore[no-untyped-def]
    """The build's inputs as tables of the schema `inputs`, which is what models call their sources."""
    session.sql("create schema if not exists inputs")
    for folder in sorted(path for path in (build / "inputs").iterdir() if path.is_dir()):
        location = str(folder.resolve()).replace("'", "\\'")
        session.sql(f"create table inputs.{folder.name} using parquet options (mergeSchema true) location '{location}'")


def _export(session, store: str, names: list[str]) -> None:  # type: ignore[no-untyped-def]
    """Write what is read outside of Spark and is a view, each as a folder of Parquet files; tables are files already."""
    for name in (name for name in names if session.catalog.getTable(name).tableType == "VIEW"):
        session.table(name).write.mode("overwrite").parquet(f"{store}/exported/{name}")


if __name__ == "__main__":
    main()
