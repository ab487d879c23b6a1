"""Readers turn received files into the relation `judged`: their rows, numbered, as judging.py types them. No Dagster.

A reader makes text of a file: VARCHAR columns c0, c1 ... and a BIGINT `source_row_number`; no cleaning, no units. Delimited text
is judged while it is read. Rows that could not be split into columns are in the table `unreadable`; the table `files` says which
file a row is of. Nothing of a file's content becomes SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import ends_with_line_end
from pipelines.ingest import read_lines, read_records, read_sheet
from pipelines.ingest.expressions import cell_macros, literal
from pipelines.ingest.judging import Judging
from pipelines.ingest.privacy import shown_error
from pipelines.ingest.unpack import plain_files

READERS = {
    "fixed": read_lines.read_fixed,
    "xlsx": read_sheet.read_xlsx,
    "parquet": read_records.read_parquet,
    "json": read_records.read_json,
    "ndjson": read_records.read_json,
    "xml": read_records.read_xml,
}


ALIGNED = ("json", "ndjson", "xml")  # whose records leave out what is empty, so that files of them differ in columns


@dataclass(frozen=True)
class Source:
    """What was read of a delivery: its headers, in the order of c0, c1 ..., and the files it holds.

    `parts`: (name, number of the row before its first) of each file; rows are numbered on through all of them.
    `footer_rows`: the numbers of rows that the contract's `skipFooter` sets apart at the end of each file.
    `open_ends`: files whose last row has no line end, where the contract asks to warn of that.
    """

    headers: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    footer_rows: tuple[int, ...] = ()
    open_ends: tuple[str, ...] = ()


def read(
    connection: duckdb.DuckDBPyConnection, judging: Judging, files: Sequence[tuple[str, Path]], work: Path
) -> Source:
    """Read one delivery as its contract says into the relation `judged`; a table `files` says where each file's rows begin.

    `files`: each file's name for messages and its bytes; `work` is a folder for working copies. Raises DeliveryRefused when a
    file cannot be read at all, does not have the promised columns, or when its parts have different headers.
    """
    contract = judging.contract
    connection.execute("create table unreadable (source_row_number bigint, problem varchar, raw_text varchar)")
    connection.execute("create table files (file_name varchar, row_before bigint)")
    plain = _plain(contract, files, work)
    open_ends = tuple(part_name for part_name, part in plain if _is_open(contract, part, part_name))
    _make_macros(connection, contract, plain)
    headers: list[tuple[str, ...]] = []
    parts: list[tuple[str, int]] = []
    footer: list[int] = []
    before = 0
    for number, (part_name, part) in enumerate(plain):
        parts.append((part_name, before))
        connection.execute(f"insert into files values ({literal(part_name)}, {before})")
        headers.append(_read_part(connection, judging, part, part_name, f"part_{number}", before))
        if headers[-1] != headers[0] and not _can_be_aligned(contract, headers):
            raise DeliveryRefused(
                f"{judging.delivery.file_name}: expected the same header in every file, found another one in {part_name}."
            )
        before = max(
            _last_row(connection, f"part_{number}") or 0, before + 1
        )  # a file without rows has a place as well
        footer += range(before - contract.file.skip_footer + 1, before + 1)
    if footer:
        connection.execute("delete from unreadable where source_row_number in (select unnest(?))", [footer])
    _judge(connection, judging, headers)
    return Source(judging.layout.headers, tuple(parts), tuple(footer), open_ends)


def _make_macros(connection: duckdb.DuckDBPyConnection, contract: Contract, plain: Sequence[tuple[str, Path]]) -> None:
    """The macros that cells are made of, spared what delimited text shows to be needless."""
    possible = [read_lines.rare_texts(p, contract.file) for _, p in plain] if contract.file.format == "csv" else []
    for macro in cell_macros(*(map(any, zip(*possible, strict=True)) if possible else ())):
        connection.execute(macro)


def _judge(connection: duckdb.DuckDBPyConnection, judging: Judging, headers: list[tuple[str, ...]]) -> None:
    """The relation `judged` over all parts: those of delimited text are judged by now, others are texts."""
    if judging.contract.file.format == "csv":
        parts = " union all ".join(f"select * from part_{number}" for number in range(len(headers)))
        connection.execute(f"create view judged as {parts}")
        return
    judging.know(_union(connection, headers), judging.delivery.file_name)
    connection.execute(f"create table judged as {judging.over('source', numbered=True)}")


def _can_be_aligned(contract: Contract, headers: list[tuple[str, ...]]) -> bool:
    """Whether columns may differ from file to file; each is then found by its name, which must be there once."""
    return contract.file.format in ALIGNED and all(len(set(own)) == len(own) for own in headers)


def _last_row(connection: duckdb.DuckDBPyConnection, table: str) -> int | None:
    """The number of the last row read so far; None when none was."""
    row = connection.execute(
        f"select greatest((select max(source_row_number) from {table}), (select max(source_row_number) from unreadable))"
    ).fetchone()
    return row[0] if row else None


def _plain(contract: Contract, files: Sequence[tuple[str, Path]], work: Path) -> list[tuple[str, Path]]:
    """The plain files of all delivered ones, those of each in a folder of its own."""
    plain: list[tuple[str, Path]] = []
    for number, (name, path) in enumerate(files):
        folder = work / f"file_{number}"
        folder.mkdir()
        plain += plain_files(contract, path, name, folder)
    return plain


def _union(connection: duckdb.DuckDBPyConnection, headers: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The view `source`: the rows of all parts below the headers that any of them has, which are given back."""
    everything = headers[0] if len(set(headers)) == 1 else tuple(dict.fromkeys(h for each in headers for h in each))
    selects = []
    for number, own in enumerate(headers):
        cells = [f"c{n}" for n in range(len(own))]
        if own != everything:
            cells = [f"c{own.index(h)}" if h in own else "null" for h in everything]
        columns = ", ".join(f"{cell} as c{n}" for n, cell in enumerate(cells))
        selects.append(f"select source_row_number, {columns} from part_{number}")
    connection.execute(f"create view source as {' union all '.join(selects)}")
    return everything


def _is_open(contract: Contract, path: Path, name: str) -> bool:
    """True of a delimited file whose last row has no line end, where that is worth a warning: it may have been cut off.

    A cut inside the last cell leaves a row that looks whole. Raises DeliveryRefused where the contract requires the line end.
    """
    if contract.file.format != "csv" or contract.file.final_line_end == "optional" or ends_with_line_end(path):
        return False
    if contract.file.final_line_end == "required":
        raise DeliveryRefused(
            f"{name}: expected a line end after the last row (finalLineEnd in contract {contract.id}), found none: the file was "
            "cut off on its way. Deliver the whole file."
        )
    return True


def _read_part(
    connection: duckdb.DuckDBPyConnection, judging: Judging, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    contract = judging.contract
    try:
        if contract.file.format == "csv":
            return read_lines.read_csv(connection, judging, path, name, table, before)
        return READERS[contract.file.format](connection, contract, path, name, table, before)
    except duckdb.Error as error:
        raise DeliveryRefused(
            f"{name}: expected {contract.file.format} as contract {contract.id} says, found a file that cannot be read: "
            f"{shown_error(error)} Deliver the file again in the promised format, or change the contract."
        ) from error
