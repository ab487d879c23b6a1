"""The tables that a page is made from, and how it asks them."""

from dataclasses import dataclass
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
        """(name, type) of a table's columns, in order."""
        return [(row[0], row[1]) for row in self.connection.execute(f'describe "{table}"').fetchall()]
