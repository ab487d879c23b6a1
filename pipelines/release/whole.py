"""Where a release's tables lie, and all of them at once for who may see everything.

What anybody may read lies in the release's folder. `restricted/` beside it, with rights of its own, holds what is classified
restricted: such tables, and every table that has such a column, whole. Readers of `marts.duckdb` see that table without it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.memory import bounded

DATABASE, PARQUET, RESTRICTED = "marts.duckdb", "parquet", "restricted"
RESTRICTED_MODE = 0o750  # the owner, and the group that the office is in
HIDDEN_CLASSES = ("restricted", "personal")


def is_hidden(promised: Mapping[str, Any]) -> bool:
    """True of a table that as a whole is only for those who may see restricted tables."""
    return promised["classification"] in HIDDEN_CLASSES


def lies_apart(promised: Mapping[str, Any]) -> bool:
    """True of a table whose whole rows lie in `restricted/`: it is restricted, or some of its columns are."""
    return is_hidden(promised) or bool(promised["restricted_columns"])


def whole_parquet(folder: Path, table: str) -> Path:
    """The Parquet file with all columns of a table of a release; it need not exist."""
    apart = folder / RESTRICTED / PARQUET / f"{table}.parquet"
    return apart if apart.is_file() else folder / PARQUET / f"{table}.parquet"


def open_whole(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that sees every table of a release whole, can only read, and reaches no other file."""
    return open_named(main=folder)


def open_named(**folders: Path) -> duckdb.DuckDBPyConnection:
    """The same of several releases, each in a schema with the name that it is given here."""
    connection = duckdb.connect(config=bounded())
    for schema, folder in folders.items():
        attach_whole(connection, folder, schema)
    connection.execute("set enable_external_access = false")  # for good: DuckDB lets nobody switch it on again
    return connection


def attach_whole(connection: duckdb.DuckDBPyConnection, folder: Path, schema: str) -> None:
    """Show every table of a release, whole, as views in a schema of the connection."""
    connection.execute(f"create schema if not exists {schema}")
    for part in (folder, folder / RESTRICTED):  # the second wins where both have a table
        if (part / DATABASE).is_file():
            name = f"{schema}_{'restricted' if part.name == RESTRICTED else 'open'}"
            connection.execute(f"attach {literal(str(part / DATABASE))} as {name} (read_only)")
            for table in tables_of(connection, name):
                connection.execute(f'create or replace view {schema}."{table}" as select * from {name}.main."{table}"')


def named_rows(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows of what was just asked, each as column name to value. For small answers."""
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """The tables of an attached file, by name."""
    rows: Iterable[tuple[str]] = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? order by 1", [database]
    ).fetchall()
    return [name for (name,) in rows]
