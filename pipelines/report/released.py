"""The tables that a page is made from: one DuckDB file of a release, opened so that it can only be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """Published tables to ask; every answer is small."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query, each as column name to value."""
        cursor = self.connection.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, sql: str, *parameters: Any) -> Row:
        """The only row of a query."""
        (found,) = self.rows(sql, *parameters)
        return found

    def columns(self, table: str) -> list[tuple[str, str]]:
        """(name, type) of a table's columns, in order; none when there is no such table."""
        return self.connection.execute(
            "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index", [table]
        ).fetchall()


@contextmanager
def opened(database: Path) -> Iterator[Tables]:
    """Open a release's DuckDB file: read-only, and without a way to any other file."""
    with duckdb.connect(str(database), read_only=True, config={"enable_external_access": "false"}) as connection:
        yield Tables(connection)
