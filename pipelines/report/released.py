"""The tables that a page is made from, and how it asks them."""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.release.whole import named_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """Published tables to ask; every answer is small."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query, each as column name to value."""
        return named_rows(self.connection.execute(sql, list(parameters)))

    def grouped(self, sql: str, column: str, *parameters: Any) -> dict[str, list[Row]]:
        """All rows of a query by what stands in a column, both in the query's order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(sql, *parameters):
            found.setdefault(row[column], []).append(row)
        return found

    def row(self, sql: str, *parameters: Any) -> Row:
        """The only row of a query."""
        (found,) = self.rows(sql, *parameters)
        return found

    def columns(self, table: str) -> list[tuple[str, str]]:
        """(name, type) of a table's columns, in order."""
        return [(row[0], row[1]) for row in self.connection.execute(f'describe "{table}"').fetchall()]
