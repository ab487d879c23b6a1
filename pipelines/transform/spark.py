"""The models on Apache Spark: what it is asked for, and the warehouse made of what it leaves. Spark itself runs in run_spark.py."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.ingest.expressions import literal
from pipelines.instance import PROJECT_ROOT
from pipelines.memory import bounded
from pipelines.transform.build import Build
from pipelines.transform.run_spark import EXPORTED, STORE

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)
SPARK_EXECUTABLE = PROJECT_ROOT / ".venv-spark" / "bin" / "portfolio-dbt-spark"  # run_spark.py
TAKEN_OVER = ("core", "marts")
READ_BY_THE_AUDIT = (
    "staging.stg_postings",
    "staging.stg_budgets",
    "staging.stg_investments",
    "staging.stg_assessments",
    "intermediate.int_posting__repeated",
)


def require_engine(engine: str) -> None:
    """Raises ConfigurationError for an engine that nobody knows, or that is not installed."""
    if engine not in ENGINES:
        raise ConfigurationError(f"engine: expected one of {', '.join(ENGINES)}, found {engine!r}. Correct it.")
    if engine == SPARK and not SPARK_EXECUTABLE.exists():
        raise ConfigurationError(
            f"The engine spark needs an environment of its own: expected {SPARK_EXECUTABLE}, found none. Run `make setup-spark`."
        )


def spark_environment(manifest: Path) -> dict[str, str]:
    """What the process that runs dbt on Spark must know otherwise than dbt's own environment says, and besides."""
    names = [name for name, _ in _relations(json.loads(manifest.read_text("utf-8")))]
    return {"PORTFOLIO_ENGINE": SPARK, EXPORTED: json.dumps(names)}


def take_over(build: Build) -> None:
    """Make the warehouse of the tables that Spark left: those to publish as their contracts type them, and a few for the audit."""
    store = os.environ.get(STORE, str(build.folder / "spark"))
    manifest = json.loads((build.dbt_target / "manifest.json").read_text("utf-8"))
    with duckdb.connect(
        str(build.warehouse), config=bounded(build.work) | {"preserve_insertion_order": "false"}
    ) as connection:
        for schema in ("staging", "intermediate", *TAKEN_OVER):
            connection.execute(f"create schema if not exists {schema}")
        for name, columns in _relations(manifest):
            source = _files(connection, store, name)
            if columns:
                connection.execute(f"create table {name} ({', '.join(map(_declared, columns.values()))})")
                if source:
                    connection.execute(f"insert into {name} select {', '.join(columns)} from read_parquet({source})")
            else:
                connection.execute(f"create table {name} as from read_parquet({source})")


def _relations(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and declared columns of each relation to take over; those that the audit reads declare none."""
    for node in manifest["nodes"].values():
        name = f"{node['schema']}.{node['name']}"
        if node["resource_type"] == "model" and node["schema"] in TAKEN_OVER:
            yield name, node["columns"]
        elif name in READ_BY_THE_AUDIT:
            yield name, {}


def _declared(column: dict[str, Any]) -> str:
    is_required = any(constraint["type"] == "not_null" for constraint in column.get("constraints") or [])
    return f"{column['name']} {column['data_type']}" + (" not null" if is_required else "")


def _files(connection: duckdb.DuckDBPyConnection, store: str, name: str) -> str:
    """The Parquet files of a relation as a SQL string: of a view those that were exported; empty when there are none."""
    schema, table = name.split(".")
    for folder in (f"exported/{name}", f"{schema}.db/{table}"):
        pattern = literal(f"{store}/{folder}/*.parquet")
        if connection.execute(f"select count(*) from glob({pattern})").fetchone() != (0,):
            return pattern
    return ""
