"""What PostgreSQL is to hold of a release: which table in which schema, with which columns, types and key. Nothing connects to it here."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import PortfolioError
from pipelines.files import sha256_of

OPEN, RESTRICTED = "portfolio", "portfolio_restricted"
RELEASE_TABLE = "release"
TYPES = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric(38,0)",
    "UBIGINT": "numeric(20,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}
RELEASE_PROMISES: dict[str, Any] = {
    "classification": "open",
    "restricted_columns": [],
    "key": [],
    "not_null": [],
    "rows": 1,
}
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class ServedColumn:
    """A column as PostgreSQL has it."""

    name: str
    kind: str
    comment: str
    is_required: bool


@dataclass(frozen=True)
class ServedTable:
    """A table in one of the two schemas; the rows come from the release's table of the same name."""

    schema: str
    name: str
    comment: str
    columns: tuple[ServedColumn, ...]
    key: tuple[str, ...]
    row_count: int

    @property
    def key_is_required(self) -> bool:
        """Whether no column of the key may be null: a primary key, and otherwise a unique one in which null is a value."""
        return all(c.is_required for c in self.columns if c.name in self.key)


def read_release(folder: Path) -> dict[str, Any]:
    """The manifest of a release whose tables are still those that were released. Raises PortfolioError."""
    manifest: dict[str, Any] = json.loads((folder / "release.json").read_text("utf-8"))
    database = folder / "marts.duckdb"
    expected = manifest["files"]["marts.duckdb"]
    actual = sha256_of(database) if database.is_file() else "no file"
    if actual != expected:
        raise PortfolioError(
            f"{database}: expected SHA-256 {expected}, found {actual}. Choose another release, or run `portfolio refresh`."
        )
    if any("classification" not in promises for promises in manifest["tables"].values()):
        raise PortfolioError(
            f"Release {folder.name} does not say which of its tables are restricted: it was made before releases did. "
            "Run `portfolio refresh --force`, and publish the release that it makes."
        )
    return manifest


def served_tables(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> list[ServedTable]:
    """All tables to serve of an open release.

    A restricted table is in the restricted schema only. A table with restricted columns is there whole, and without them in the
    open schema.
    """
    described: dict[str, list[tuple[str, str, str | None]]] = {}
    for table, *column in connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where not internal order by table_name, column_index"
    ).fetchall():
        described.setdefault(table, []).append((column[0], column[1], column[2]))
    found = []
    for name, comment in connection.execute("select table_name, comment from duckdb_tables() order by 1").fetchall():
        promised = RELEASE_PROMISES if name == RELEASE_TABLE else manifest["tables"][name]
        required, hidden = set(promised["not_null"]), set(promised["restricted_columns"])
        columns = tuple(
            ServedColumn(column, _kind(name, column, kind), text or "", column in required)
            for column, kind, text in described[name]
        )
        whole = ServedTable(RESTRICTED, name, comment or "", columns, tuple(promised["key"]), promised["rows"])
        is_restricted = promised["classification"] in ("restricted", "personal")
        if is_restricted or hidden:
            found.append(whole)
        if not is_restricted:
            found.append(_without(whole, hidden))
    return found


def _kind(table: str, column: str, kind: str) -> str:
    if decimal := DECIMAL.fullmatch(kind):
        return f"numeric({decimal[1]},{decimal[2]})"
    if kind not in TYPES:
        raise PortfolioError(
            f"{table}.{column} has the type {kind}: expected one of {', '.join(TYPES)} or DECIMAL, which PostgreSQL is given. "
            "Cast it in its model."
        )
    return TYPES[kind]


def _without(table: ServedTable, hidden: set[str]) -> ServedTable:
    columns = tuple(c for c in table.columns if c.name not in hidden)
    key = () if hidden & set(table.key) else table.key
    return ServedTable(OPEN, table.name, table.comment, columns, key, table.row_count)
