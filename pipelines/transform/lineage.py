"""Which columns each column of a model is made from, read out of the SQL that dbt compiled: once for each state of the project."""

import contextlib
import json
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import MappingSchema, exp, parse_one
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from pipelines.files import write_json
from pipelines.ingest.expressions import literal
from pipelines.transform.build import Build
from pipelines.transform.dbt import MANIFEST, STAMP

DIALECT, DATABASE, SOURCES = "duckdb", "warehouse", "inputs"
KEPT = MANIFEST.with_name("column_lineage.json")
Lineage = dict[str, dict[str, list[tuple[str, str]]]]  # model → column → (model or source, column) that it is made from


def known_lineage() -> Lineage | None:
    """What was worked out for the project as it is now; None when it has to be worked out."""
    if not KEPT.exists():
        return None
    content = json.loads(KEPT.read_text("utf-8"))
    return content["lineage"] if content["project"] == STAMP.read_text("utf-8") else None


def work_out_lineage(build: Build) -> Lineage:
    """The lineage of all models of a build that dbt has finished, by their names; kept for later runs where the code may be written to."""
    manifest = json.loads((build.dbt_target / "manifest.json").read_text("utf-8"))
    sources = {s["relation_name"]: s["name"] for s in manifest["sources"].values() if s["source_name"] == SOURCES}
    schema = MappingSchema(_columns(build, sources), dialect=DIALECT)
    found = {
        node["name"]: _of_model(_compiled(build, node), sources, schema)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    with contextlib.suppress(OSError):
        write_json(KEPT, {"project": STAMP.read_text("utf-8"), "lineage": found})
    return found


def _compiled(build: Build, node: dict[str, Any]) -> str:
    return Path(build.dbt_target, "compiled", node["package_name"], node["original_file_path"]).read_text("utf-8")


def _columns(build: Build, sources: dict[str, str]) -> dict[str, Any]:
    """database → schema → table → column → type of the build's warehouse, with the sources as a schema; types do not matter here."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        connection.execute(f"set file_search_path = {literal(str(build.folder))}")
        rows = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database()"
        ).fetchall()
        for relation, name in sources.items():
            described = connection.execute(f"describe select * from {relation}").fetchall()
            rows += [(SOURCES, name, column) for column, *_ in described]
    for schema, table, column in rows:
        tables.setdefault(schema, {}).setdefault(table, {})[column] = "VARCHAR"
    return {DATABASE: tables}


def _of_model(sql: str, sources: dict[str, str], schema: MappingSchema) -> dict[str, list[tuple[str, str]]]:
    for relation, name in sources.items():
        sql = sql.replace(relation, f"{DATABASE}.{SOURCES}.{name}")
    query = qualify(parse_one(sql, dialect=DIALECT), schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    assert isinstance(query, exp.Query)
    scope, made = build_scope(query), {}
    for column in query.named_selects:
        origin = lineage(column, query, schema=schema, dialect=DIALECT, scope=scope, trim_selects=False)
        leaves = {
            (table.name, node.name.rsplit(".", 1)[-1].strip('"'))
            for node in origin.walk()
            if not node.downstream and (table := node.expression.find(exp.Table))
        }
        made[column] = sorted(leaves)
    return made
