"""The published tables of a build: which they are, how they are copied, and their checksums. Nothing is switched here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.memory import bounded
from pipelines.release.whole import (
    DATABASE,
    HIDDEN_CLASSES,
    PARQUET,
    RESTRICTED,
    RESTRICTED_MODE,
    is_hidden,
    lies_apart,
)

PUBLISHED_SCHEMAS = ("core", "marts")
UNPROMISED: dict[str, Any] = {"classification": "restricted", "restricted_columns": [], "key": [], "not_null": []}
RELEASE_COLUMNS = {
    "release_id": ("varchar", "Id of the release: the time it was made and a hash."),
    "made_at": ("timestamp", "When the release was made, in UTC."),
    "as_of_date": ("date", "Deliveries received by the end of this day count."),
    "instance_name": ("varchar", "Whose portfolio it is."),
    "currency": ("varchar", "ISO 4217 code of every amount."),
    "price_year": ("integer", "Price year that the instance reports in."),
    "previous_release_id": (
        "varchar",
        "The release before it, which it is compared with (mart_release_change); empty for the first.",
    ),
    "deliveries_hash": ("varchar", "Hash over all deliveries and whether they count."),
    "configuration_hash": ("varchar", "Hash over contracts, reference data and decisions."),
    "code_hash": ("varchar", "Hash over the code that made the release."),
    "interface_version": (
        "varchar",
        "Version of the public tables: its first number changes when a column is removed, renamed or retyped.",
    ),
    "check_count": ("integer", "Number of checks in its audit."),
    "late_count": ("integer", "Number of contracts whose next delivery is overdue."),
    "refused_count": ("integer", "Number of refused deliveries that nothing has replaced."),
}


@dataclass(frozen=True)
class TableFacts:
    """What identifies a table's content: how many rows, and a checksum that does not depend on their order."""

    row_count: int
    checksum: str


def published_tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """(schema, table or view) of everything in the published schemas of an attached database, ordered by name."""
    return connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = ? and list_contains(?, table_schema) order by 2",
        [database, list(PUBLISHED_SCHEMAS)],
    ).fetchall()


def table_facts(connection: duckdb.DuckDBPyConnection, relation: str) -> TableFacts:
    """Count and checksum of a table or Parquet file: the sum of the rows' hashes, which any order of rows shares."""
    row = connection.execute(
        f"select count(*), cast(coalesce(sum(cast(hash(t) as hugeint)), 0) as varchar) from {relation} t"
    ).fetchone()
    assert row is not None
    return TableFacts(int(row[0]), str(row[1]))


def copy_tables(
    warehouse: Path, folder: Path, manifest: dict[str, Any], release: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Write all published tables of a build into a release's folder, and what identifies and promises each, by name.

    Both files, the open and the restricted one (see `whole.py`), have comments and the one-row table `release`. Rows are ordered by
    all their columns, so that equal content gives equal files. Of a table that lies in both, `checksum` is of the whole one and
    `open_checksum` of the one without its restricted columns.
    """
    promises, descriptions = table_promises(manifest), model_descriptions(manifest)
    found: dict[str, dict[str, Any]] = {}
    for part in (folder, folder / RESTRICTED):
        part.mkdir(exist_ok=True, mode=RESTRICTED_MODE if part != folder else 0o777)
        is_apart = part != folder
        with duckdb.connect(str(part / DATABASE), config=bounded(warehouse.parent / "work")) as connection:
            # Under the name that it was written under, by which its views know their tables.
            connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
            for schema, name in published_tables(connection, "warehouse"):
                promised = promises.get(name, UNPROMISED)
                if is_hidden(promised) if not is_apart else not lies_apart(promised):
                    continue
                hidden = () if is_apart else promised["restricted_columns"]
                _copy(connection, f'warehouse."{schema}"."{name}"', name, hidden)
                _comment(connection, name, *descriptions.get(name, ("", {})))
                facts = table_facts(connection, f'"{name}"')
                entry = found.setdefault(name, {"rows": facts.row_count, "checksum": facts.checksum, **promised})
                if is_apart and not is_hidden(promised):
                    entry["open_checksum"], entry["checksum"] = entry["checksum"], facts.checksum
            connection.execute("detach warehouse")
            _release_table(connection, release)
            connection.execute("checkpoint")
        write_parquet(part, warehouse.parent / "work")
    return dict(sorted(found.items()))


def _copy(connection: duckdb.DuckDBPyConnection, source: str, name: str, hidden: Iterable[str]) -> None:
    """A table as a new one, without its hidden columns."""
    without = ", ".join(f'"{column}"' for column in hidden)
    columns = f"* exclude ({without})" if without else "*"
    connection.execute(f'create table "{name}" as select {columns} from {source} order by all')


def model_descriptions(manifest: dict[str, Any]) -> dict[str, tuple[str, dict[str, str]]]:
    """Description of every dbt model, of every published table that dbt knows as a source, and of their columns."""
    return {
        node["name"]: (node["description"], {n: c["description"] for n, c in node["columns"].items()})
        for node in _described(manifest)
    }


def trace_keys(manifest: dict[str, Any]) -> dict[str, Any]:
    """What published tables say of tracing their rows (`config.meta.trace`), by name."""
    published = [node for node in _described(manifest) if node["schema"] in PUBLISHED_SCHEMAS]
    meta = {node["name"]: node["config"].get("meta", {}) for node in published}
    return {name: content["trace"] for name, content in meta.items() if "trace" in content}


def table_promises(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What dbt promises of every published table: its classification, its restricted columns, its key, what is never null.

    The key is what a dbt test has held unique in this very build, before all the one that tracing uses; a table that a later stage
    writes has no dbt test, and the key that its tracing names.
    """
    held = _unique_columns(manifest)
    return {
        node["name"]: {
            "classification": node["config"].get("meta", {}).get("classification", "restricted"),
            "restricted_columns": [n for n, c in node["columns"].items() if _is_restricted(c)],
            "key": _key(node, held.get(node.get("unique_id", ""), [])),
            "not_null": [n for n, c in node["columns"].items() if _is_never_null(c)],
        }
        for node in _described(manifest)
        if node["schema"] in PUBLISHED_SCHEMAS
    }


def _unique_columns(manifest: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Columns that a test without a condition holds unique together, by the unique id of the model."""
    found: dict[str, list[list[str]]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") in ("unique", "unique_combination") and not node["config"].get("where"):
            arguments = test["kwargs"]
            columns = arguments.get("columns") or [arguments["column_name"]]
            found.setdefault(str(node.get("attached_node")), []).append(list(columns))
    return found


def _key(node: dict[str, Any], held: list[list[str]]) -> list[str]:
    traced = list(node["config"].get("meta", {}).get("trace", {}).get("key", []))
    if node["resource_type"] == "source":
        return traced
    return min(held, key=lambda columns: (columns != traced, len(columns), columns), default=[])


def _is_restricted(column: dict[str, Any]) -> bool:
    meta = column.get("meta") or column.get("config", {}).get("meta", {})
    return meta.get("classification") in HIDDEN_CLASSES


def _is_never_null(column: dict[str, Any]) -> bool:
    meta = column.get("meta") or column.get("config", {}).get("meta", {})
    return bool(meta.get("is_required")) or any(c["type"] == "not_null" for c in column.get("constraints") or [])


def _described(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Models, and the sources that a later stage writes into a published schema (business cases)."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return models + [s for s in manifest.get("sources", {}).values() if s["schema"] in PUBLISHED_SCHEMAS]


def _comment(connection: duckdb.DuckDBPyConnection, table: str, description: str, columns: dict[str, str]) -> None:
    present = {row[0] for row in connection.execute(f'describe "{table}"').fetchall()}
    connection.begin()  # one commit for all: each of its own would be most of the time
    connection.execute(f'comment on table "{table}" is {literal(description)}')
    for column, text in columns.items():
        if column in present:
            connection.execute(f'comment on column "{table}"."{column}" is {literal(text)}')
    connection.commit()


def _release_table(connection: duckdb.DuckDBPyConnection, release: dict[str, Any]) -> None:
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in RELEASE_COLUMNS.items())
    connection.execute(f"create table release ({columns})")
    connection.execute(
        f"insert into release values ({', '.join('?' * len(release))})", [release[n] for n in RELEASE_COLUMNS]
    )
    connection.execute("comment on table release is 'One row: which release this is, and what it was made of.'")
    for name, (_, meaning) in RELEASE_COLUMNS.items():
        connection.execute(f"comment on column release.{name} is {literal(meaning)}")


def write_parquet(part: Path, spill: Path) -> list[str]:
    """Every table of a release's closed DuckDB file as one Parquet file beside it; returns the table names.

    `spill`: a folder for what does not fit into memory.

    What tables and columns mean goes along as the file's own key-value metadata: `description`, and `columns` as JSON.
    """
    folder = part / PARQUET
    folder.mkdir()
    with duckdb.connect(str(part / DATABASE), read_only=True, config=bounded(spill)) as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        for name in names:
            told = ", ".join(f"{key}: {literal(text)}" for key, text in _comments(connection, name).items())
            connection.execute(
                f'copy "{name}" to {literal(str(folder / f"{name}.parquet"))} '
                f"(format parquet, compression zstd, kv_metadata {{{told}}})"
            )
    return names


def _comments(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    described = connection.execute(
        "select column_name, comment from duckdb_columns() where table_name = ? and comment is not null order by column_index",
        [table],
    ).fetchall()
    comment = connection.execute("select comment from duckdb_tables() where table_name = ?", [table]).fetchone()
    return {
        "description": (comment and comment[0]) or "",
        "columns": json.dumps(dict(described), ensure_ascii=False),
    }


def read_manifest(dbt_target: Path) -> dict[str, Any]:
    """dbt's manifest of a build."""
    content: dict[str, Any] = json.loads((dbt_target / "manifest.json").read_text("utf-8"))
    return content
