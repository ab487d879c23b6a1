"""Rows of a delivered file, read again as they were read when they were conformed: cells, rules, corrections, values, faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Column
from pipelines.files import fresh_folder
from pipelines.ingest.archive import Archive, Delivery
from pipelines.ingest.confined import confined
from pipelines.ingest.expressions import literal
from pipelines.ingest.fields import Field
from pipelines.ingest.ingest import kept_files
from pipelines.ingest.judging import Judging
from pipelines.ingest.layout import Layout
from pipelines.ingest.privacy import PRIVATE, is_private
from pipelines.ingest.readers import Source, read
from pipelines.release.whole import named_rows


@dataclass(frozen=True)
class Cell:
    """One cell of the row as it was delivered, with the name that the contract gives its column (else the header).

    `corrected`: what a correction put in its place, `()` when none did.
    """

    header: str
    name: str
    text: str | None
    is_private: bool
    corrected: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class TracedField:
    """One canonical field: the column it was read from (several joined by ` + `), the rule of the contract, and what came of it."""

    name: str
    source_column: str | None
    rule: str
    values: tuple[object, ...]
    is_private: bool


@dataclass(frozen=True)
class SourceRow:
    """One row of a delivery. Of a rejected one there are `faults` (rule, reason) and no fields.

    `unreadable`: the raw line, where it could not be split into cells. `reasons`: of corrections that touched the row.
    """

    row_number: int
    file_name: str
    row_in_file: int
    cells: tuple[Cell, ...]
    fields: tuple[TracedField, ...]
    reasons: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]
    unreadable: str | None


def source_rows(
    configuration: Configuration, delivery: Delivery, numbers: Iterable[int], work: Path
) -> dict[int, SourceRow]:
    """The rows of a delivery with these numbers. Raises DeliveryRefused when the file cannot be read by the configuration."""
    (contract,) = [c.on(delivery.business_date) for c in configuration.contracts if c.id == delivery.contract_id]
    archive, wanted = Archive(configuration.instance.archive), sorted(set(numbers))
    contents = archive.files_of(delivery)
    fresh_folder(work)
    with confined([work], contents, temp_directory=work) as connection:
        files = list(zip(delivery.file_names, contents, strict=True))
        text = _Text(contract, delivery, configuration.codes(contract))
        source = read(connection, text, files, work)
        before, after = _cells(connection, "before", wanted), _cells(connection, "after", wanted)
        lines = connection.execute("select source_row_number, raw_text from unreadable").fetchall()
    reader = _Reader(contract, source, text.layout, text.fields, _Kept.of(configuration, contract, delivery))
    unreadable = {number: text for number, text in lines if number in wanted}
    return {
        n: reader.row(n, before.get(n, ()), after.get(n, ()), unreadable.get(n))
        for n in wanted
        if n in before or n in unreadable
    }


class _Text(Judging):
    """Rows as they stand in the file and after corrections, instead of judged."""

    def over(self, relation: str, numbered: bool) -> str:
        """SQL of each row's cells as two lists: `before` corrections, and `after` them."""
        cells = [f"c{n}" for n in range(len(self.layout.headers))]
        mended = self.mended_cells()
        after = ", ".join(mended.get(cell, cell) for cell in cells)
        number = "source_row_number, " if numbered else ""
        return f"select {number}[{', '.join(cells)}] as before, [{after}] as after from {relation}"


def _cells(
    connection: duckdb.DuckDBPyConnection, column: str, numbers: Sequence[int]
) -> dict[int, tuple[str | None, ...]]:
    query = f"select source_row_number, {column} from judged where list_contains(?, source_row_number)"
    return {number: tuple(cells) for number, cells in connection.execute(query, [list(numbers)]).fetchall()}


@dataclass(frozen=True)
class _Kept:
    """What conforming kept of the delivery: the Parquet files of accepted and of rejected rows."""

    accepted: Path
    rejected: Path

    @classmethod
    def of(cls, configuration: Configuration, contract: Contract, delivery: Delivery) -> "_Kept":
        (as_loaded,) = [c for c in configuration.contracts if c.id == contract.id]
        return cls(*kept_files(configuration, as_loaded, delivery))

    def rows(self, number: int) -> list[dict[str, object]]:
        """The accepted rows that were made of a source row: one, or one for each column that becomes a row."""
        if not self.accepted.exists():
            return []
        cursor = duckdb.execute(
            f"select * from read_parquet({literal(str(self.accepted))}) where source_row_number = ? order by source_column",
            [number],
        )
        return [*named_rows(cursor)]

    def faults(self, number: int) -> tuple[tuple[str, str], ...]:
        """(rule, reason) of why a row was rejected."""
        if not self.rejected.exists():
            return ()
        rejected = f"read_parquet({literal(str(self.rejected))})"
        query = f"select distinct rule_code, reason from {rejected} where source_row_number = ? order by all"
        return tuple(duckdb.execute(query, [number]).fetchall())


@dataclass(frozen=True)
class _Reader:
    """What the rows of one delivery are explained with."""

    contract: Contract
    source: Source
    layout: Layout
    fields: Sequence[Field]
    kept: _Kept

    def row(
        self, number: int, before: Sequence[str | None], after: Sequence[str | None], unreadable: str | None
    ) -> SourceRow:
        file_name, start = [part for part in self.source.parts if part[1] < number][-1]
        cells = tuple(
            self._cell(position, header, old, new)
            for position, (header, old, new) in enumerate(zip(self.source.headers, before, after, strict=False))
        )
        faults = self.kept.faults(number)
        return SourceRow(
            row_number=number,
            file_name=file_name,
            row_in_file=number - start,
            cells=cells,
            fields=() if faults else tuple(self._traced(number)),
            reasons=self._reasons(cells),
            faults=faults,
            unreadable=unreadable,
        )

    def _cell(self, position: int, header: str, old: str | None, new: str | None) -> Cell:
        """Private by the name that the contract gives the column as well: a later layout may have renamed it."""
        names = [name for name, place in self.layout.positions.items() if place == position]
        hidden = any(is_private(self.contract, name) for name in (header, *names))
        return Cell(header, (*names, header)[0], old, hidden, () if old == new else (new,))

    def _reasons(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        positions = self.layout.positions
        texts = {name: (cells[place].text or "").strip() for name, place in positions.items() if place < len(cells)}
        touched = {name for name, place in positions.items() if place < len(cells) and cells[place].corrected}
        return tuple(
            f"{c.column}: {c.reason}"
            for c in self.contract.corrections
            if c.column in touched and all(texts.get(name) == value for name, value in c.where.items())
        )

    def _traced(self, number: int) -> Iterable[TracedField]:
        rows = self.kept.rows(number)
        for field in self.fields:
            if not field.name.startswith("cell_"):
                values = tuple(dict.fromkeys(row[field.name] for row in rows))
                rule = rule_of(self.contract, field)
                yield TracedField(field.name, field.source_column, rule, values, self._hides(field.name))
        if unpivot := self.contract.unpivot:
            amount = _amount_rule(self.contract, Column(name=unpivot.into))
            for header, given in unpivot.columns.items():
                values = tuple(row[unpivot.into] for row in rows if row["source_column"] == header)
                rule = "; ".join(filter(None, ["a row of its own", *(f"{n} {v}" for n, v in given.items()), amount]))
                yield TracedField(unpivot.into, header, rule, values, self._hides(unpivot.into))

    def _hides(self, name: str) -> bool:
        return name != "administration_code" and self.contract.field(name).classification in PRIVATE


def rule_of(contract: Contract, field: Field) -> str:
    """What the contract says of how a field is read, in words."""
    if field.source_column is None:
        return "the same for every row (contract or file name)"
    column = next((c for c in contract.columns if c.name == field.name), None)
    expected = field.cast.expected.partition(" (")[0]  # without the advice to a sender
    words = [expected] if expected != "a value" else []
    if column is None:
        return "; ".join(words)
    if column.code_list is not None:
        words = [f"code list of {len(column.code_list)} values"]
    if column.code_list_file:
        words = [f"code list {column.code_list_file.path}"]
    if column.compose:
        words.append(f"made of several columns, joined by {column.compose.separator!r}")
    if contract.field(field.name).type == "amount":
        words.append(_amount_rule(contract, column))
    return "; ".join(filter(None, words))


def _amount_rule(contract: Contract, column: Column) -> str:
    unit, sign = column.amount_unit or contract.amounts.unit, column.sign or contract.amounts.sign
    words = [f"times {unit}"] if unit != 1 else []
    return ", ".join(words + (["sign turned"] if sign == -1 else []))
