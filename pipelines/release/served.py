"""What PostgreSQL is to hold of a release: which table in which schema, with which columns, types and key. Nothing connects to it here."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import PortfolioError
from pipelines.files import sha256_of
from pipelines.release import whole

OPEN, RESTRICTED = "portfolio", "portfolio_restricted"
SOURCE = "source"  # under this name a release is attached to read from
DATABASES = {OPEN: f"{SOURCE}_open", RESTRICTED: f"{SOURCE}_restricted"}
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
    """A table in one of the two schemas; the rows come from the release's table of the same name in the file of that schema."""

    schema: str
    name: str
    comment: str
    columns: tuple[ServedColumn, ...]
    key: tuple[str, ...]
    row_count: int

    @property
    def source(self) -> str:
        """What stands behind `from` to read its rows."""
        return f'{DATABASES[self.schema]}.main."{self.name}"'

    @property
    def key_is_required(self) -> bool:
        """Whether no column of the key may be null: a primary key, and otherwise a unique one in which null is a value."""
        return all(c.is_required for c in self.columns if c.name in self.key)


def read_release(folder: Path) -> dict[str, Any]:
    """The manifest of a release whose tables are still those that were released. Raises PortfolioError."""
    manifest: dict[str, Any] = json.loads((folder / "release.json").read_text("utf-8"))
    is_undivided = f"{whole.RESTRICTED}/{whole.DATABASE}" not in manifest["files"]
    for database in (folder / whole.DATABASE, *([] if is_undivided else [folder / whole.RESTRICTED / whole.DATABASE])):
        expected = manifest["files"].get(database.relative_to(folder).as_posix(), "no file")
        actual = sha256_of(database) if database.is_file() else "no file"
        if actual != expected:
            raise PortfolioError(
                f"{database}: expected SHA-256 {expected}, found {actual}. Choose another release, or run `portfolio refresh`."
            )
    if any("classification" not in promises for promises in manifest["tables"].values()) or is_undivided:
        raise PortfolioError(
            f"Release {folder.name} does not hold its restricted tables apart: it was made before releases did. "
            "Run `portfolio refresh --force`, and publish the release that it makes."
        )
    return manifest


def served_tables(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> list[ServedTable]:
    """All tables to serve of a release that `attach_whole` has attached as SOURCE: its open file in the open schema, its restricted
    file in the restricted one."""
    found = []
    for schema, database in DATABASES.items():
        described: dict[str, list[tuple[str, str, str | None]]] = {}
        for table, *column in connection.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() where database_name = ? "
            "order by table_name, column_index",
            [database],
        ).fetchall():
            described.setdefault(table, []).append((column[0], column[1], column[2]))
        for name, comment in connection.execute(
            "select table_name, comment from duckdb_tables() where database_name = ? order by 1", [database]
        ).fetchall():
            if (schema, name) != (RESTRICTED, RELEASE_TABLE):  # which stands in the open schema, for both
                promised = RELEASE_PROMISES if name == RELEASE_TABLE else manifest["tables"][name]
                found.append(_served(schema, name, comment or "", described[name], promised))
    return found


def _served(
    schema: str, name: str, comment: str, described: list[tuple[str, str, str | None]], promised: dict[str, Any]
) -> ServedTable:
    columns = tuple(
        ServedColumn(column, _kind(name, column, kind), text or "", column in promised["not_null"])
        for column, kind, text in described
    )
    is_there = set(promised["key"]) <= {column.name for column in columns}
    return ServedTable(schema, name, comment, columns, tuple(promised["key"]) if is_there else (), promised["rows"])


def _kind(table: str, column: str, kind: str) -> str:
    if decimal := DECIMAL.fullmatch(kind):
        return f"numeric({decimal[1]},{decimal[2]})"
    if kind not in TYPES:
        raise PortfolioError(
            f"{table}.{column} has the type {kind}: expected one of {', '.join(TYPES)} or DECIMAL, which PostgreSQL is given. "
            "Cast it in its model."
        )
    return TYPES[kind]
