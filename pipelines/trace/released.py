"""The tables of one release: their rows by key, and the rows of other tables that stand behind a row. No file is read here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from pipelines.errors import PortfolioError
from pipelines.instance import Instance
from pipelines.release.pointer import release_folder
from pipelines.release.whole import named_rows, open_whole
from pipelines.trace.key import parse_key, shown_example

LINEAGE = ("delivery_id", "source_row_number", "source_column")
Row = Mapping[str, object]


class TraceKeys(BaseModel):
    """What a model's meta says of tracing (`config.meta.trace`): its key, what stands behind a row, and files it is made from.

    `behind`: tables whose rows stand behind a row, each with the SQL condition between them as `behind` and the row as `this`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: tuple[str, ...] = ()
    behind: dict[str, str] = {}
    made_from: str = ""


@dataclass(frozen=True)
class Found:
    """Rows of one table: those shown, and how many there are in all."""

    table: str
    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True)
class Released:
    """A release as trace reads it."""

    folder: Path
    manifest: Mapping[str, Any]
    connection: duckdb.DuckDBPyConnection

    @classmethod
    def open(cls, instance: Instance, release_id: str | None) -> "Released":
        """The release with this id, else the current one. Raises PortfolioError when there is none."""
        folder = release_folder(instance, release_id)
        manifest = json.loads((folder / "release.json").read_text("utf-8"))
        return cls(folder, manifest, open_whole(folder))

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table. Raises PortfolioError naming all tables when there is no such one."""
        tables = sorted(set(self.manifest["tables"]) - {"release"})
        if table not in tables:
            raise PortfolioError(f"Table {table!r}: expected one of {', '.join(tables)}. Choose one of them.")
        return tuple(row[0] for row in self.connection.execute(f'describe "{table}"').fetchall())

    def keys(self, table: str) -> TraceKeys:
        """What the release says of tracing the table; for a fact without own words, its lineage is its key."""
        declared = TraceKeys.model_validate(self._declared.get(table, {}))
        if declared.key:
            return declared
        columns = self.columns(table)
        return declared.model_copy(update={"key": tuple(c for c in LINEAGE if c in columns) or columns[:1]})

    @cached_property
    def _declared(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.manifest.get("trace", {})
        return found

    def example(self, table: str) -> dict[str, object]:
        """The key of the table's first row, without empty columns."""
        key = self.keys(table).key
        found = self._rows(f'select {", ".join(key)} from "{table}" order by {", ".join(key)} limit 1')
        return {c: v for row in found for c, v in row.items() if v is not None}

    def find(self, table: str, words: Sequence[str], limit: int) -> Found:
        """The rows that KEY means. Raises PortfolioError when KEY cannot be understood, or no row has it."""
        columns, example = self.columns(table), self.example(table)
        wanted = parse_key(table, words, columns, self.keys(table).key, example)
        where = " and ".join(f"cast({column} as varchar) = ?" for column in wanted)
        found = self._found(table, f'from "{table}" as behind where {where}', list(wanted.values()), limit)
        if not found.count:
            told = " ".join(f"{c}={v}" for c, v in wanted.items())
            raise PortfolioError(
                f"{table}: expected a row with {told} in release {self.folder.name}, found none. {shown_example(table, example)}"
            )
        return found

    def behind(self, table: str, row: Row, limit: int) -> list[Found]:
        """The rows that stand behind one row, table by table."""
        key = self.keys(table).key
        this = " and ".join(f"this.{column} is not distinct from ?" for column in key)
        values = [row[column] for column in key]
        return [
            self._found(name, f'from "{name}" as behind join "{table}" as this on {on} where {this}', values, limit)
            for name, on in self.keys(table).behind.items()
        ]

    def delivery(self, delivery_id: str) -> Row | None:
        """What fct_delivery says of a delivery."""
        found = self._rows("select * from fct_delivery where delivery_id = ?", [delivery_id])
        return found[0] if found else None

    def _found(self, table: str, source: str, values: Sequence[object], limit: int) -> Found:
        (count,) = self.connection.execute(f"select count(*) {source}", list(values)).fetchone() or (0,)
        rows = self._rows(f"select behind.* {source} order by all limit {limit}", values)
        return Found(table, tuple(rows), count)

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        return [*named_rows(self.connection.execute(query, list(values)))]
