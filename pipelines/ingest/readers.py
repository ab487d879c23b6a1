"""Readers turn one received file into a table of text. No cleaning, no units, no Dagster.

Every reader leaves a DuckDB relation `source` with a BIGINT `source_row_number` and VARCHAR columns c0, c1 ..., and a table
`unreadable` with the rows that could not be split into columns. Nothing of the file's content becomes SQL.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.ingest import read_lines, read_records, read_sheet
from pipelines.ingest.privacy import shown_error
from pipelines.ingest.unpack import plain_files

READERS = {
    "csv": read_lines.read_csv,
    "fixed": read_lines.read_fixed,
    "xlsx": read_sheet.read_xlsx,
    "parquet": read_records.read_parquet,
    "json": read_records.read_json,
    "ndjson": read_records.read_json,
    "xml": read_records.read_xml,
}


@dataclass(frozen=True)
class Source:
    """A delivery as a table of text: its headers, in the order of c0, c1 ..., and the files it holds.

    `parts`: (name, number of the row before its first) of each file; rows are numbered on through all of them.
    `footer_rows`: the numbers of rows that the contract's `skipFooter` sets apart at the end of each file.
    """

    headers: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    footer_rows: tuple[int, ...] = ()


def read(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, work: Path) -> Source:
    """Read one delivery as its contract says into the relation `source`.

    `name` is the file's name for messages, `work` a folder for working copies. Raises DeliveryRefused when the file cannot
    be read at all, or when its parts have different headers.
    """
    connection.execute("create table unreadable (source_row_number bigint, problem varchar, raw_text varchar)")
    parts: list[tuple[str, int]] = []
    headers: tuple[str, ...] = ()
    footer: list[int] = []
    before = 0
    for number, (part_name, part) in enumerate(plain_files(contract, path, name, work)):
        found = _read_part(connection, contract, part, part_name, f"part_{number}", before)
        if number and found != headers:
            raise DeliveryRefused(f"{name}: expected the same header in every file, found another one in {part_name}.")
        headers = found
        parts.append((part_name, before))
        row = connection.execute(
            f"select greatest((select max(source_row_number) from part_{number}), (select max(source_row_number) from unreadable))"
        ).fetchone()
        before = (row and row[0]) or before
        footer += range(before - contract.file.skip_footer + 1, before + 1)
    if footer:
        connection.execute("delete from unreadable where source_row_number in (select unnest(?))", [footer])
    union = " union all ".join(f"select * from part_{number}" for number in range(len(parts)))
    connection.execute(f"create view source as {union}")
    return Source(headers, tuple(parts), tuple(footer))


def _read_part(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    try:
        return READERS[contract.file.format](connection, contract, path, name, table, before)
    except duckdb.Error as error:
        raise DeliveryRefused(
            f"{name}: expected {contract.file.format} as contract {contract.id} says, found a file that cannot be read: "
            f"{shown_error(error)} Deliver the file again in the promised format, or change the contract."
        ) from error
