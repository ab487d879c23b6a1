"""Readers turn one received file into a table of text. No cleaning, no units, no Dagster.

Every reader leaves a DuckDB table `source` with a BIGINT `source_row_number` and VARCHAR columns c0, c1 ..., and a table
`unreadable` with the rows that could not be split into columns. Nothing of the file's content becomes SQL.
"""

import codecs
import csv
import datetime as dt
import gzip
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import python_calamine

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import CHUNK
from pipelines.ingest.expressions import literal

MAX_HEADER_ROWS = 200


@dataclass(frozen=True)
class Source:
    """A file as a table of text: its headers, in the order of the columns c0, c1 ..."""

    headers: tuple[str, ...]


def read(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, work: Path) -> Source:
    """Read one file as its contract says into the table `source`.

    `name` is the file's name for messages, `work` a folder for working copies. Raises DeliveryRefused when the file cannot
    be read at all.
    """
    connection.execute("create table unreadable (source_row_number bigint, problem varchar, raw_text varchar)")
    try:
        if contract.file.format == "csv":
            return _read_csv(connection, contract, _as_utf8(contract, path, name, work), name)
        if contract.file.format == "xlsx":
            return _read_xlsx(connection, contract, path, name)
        if contract.file.format == "parquet":
            return _read_parquet(connection, contract, path)
        return _read_json(connection, contract, _as_utf8(contract, path, name, work), name)
    except duckdb.Error as error:
        raise DeliveryRefused(
            f"{name}: expected {contract.file.format} as contract {contract.id} says, found a file that cannot be read: "
            f"{str(error).splitlines()[0]} Deliver the file again in the promised format, or change the contract."
        ) from error


def _as_utf8(contract: Contract, path: Path, name: str, work: Path) -> Path:
    """A working copy in UTF-8 with line feeds and without a byte order mark, made in streaming."""
    target = work / "utf8.txt"
    encoding = (
        "utf-8-sig" if contract.file.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else contract.file.encoding
    )
    try:
        with (
            gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb") as raw,
            target.open("w", encoding="utf-8", newline="\n") as writer,
        ):
            for text in _decoded(raw, encoding):
                writer.write(text)
    except UnicodeDecodeError as error:
        raise DeliveryRefused(
            f"{name}: expected text in {contract.file.encoding}, found bytes that are not ({error.reason}). "
            f"Deliver the file in {contract.file.encoding}, or change encoding in contract {contract.id}."
        ) from error
    except (OSError, EOFError) as error:
        raise DeliveryRefused(
            f"{name}: expected a whole gzip file, found a broken one ({error}). Deliver it again."
        ) from error
    return target


def _decoded(raw: Any, encoding: str) -> Iterator[str]:
    """Pieces of text with all line ends (CR LF, CR, LF) as line feeds."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    while piece := raw.read(CHUNK):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _read_csv(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str) -> Source:
    layout = contract.file
    headers, skipped = _csv_header(contract, path, name)
    path = _without_blank_lines(path, contract.file.delimiter * (len(headers) - 1) or layout.quote * 2, layout.quote)
    columns = ", ".join(f"c{n}: 'VARCHAR'" for n in range(len(headers)))
    connection.execute(
        f"create table lines as select * from read_csv({literal(str(path))}, auto_detect=false, header=false, skip={skipped}, "
        f"delim={literal(layout.delimiter)}, quote={literal(layout.quote)}, escape={literal(layout.quote)}, "
        f"columns={{{columns}}}, store_rejects=true, rejects_limit=0, strict_mode=true, null_padding=false)"
    )
    connection.execute(
        "insert into unreadable select line, string_agg(distinct error_type, ', '), any_value(csv_line) "
        "from reject_errors group by line"
    )
    connection.execute(f"create view source as {_numbered(connection, skipped)}")
    return Source(headers)


def _without_blank_lines(path: Path, filler: str, quote: str) -> Path:
    """The same file with blank lines written as rows of empty cells.

    DuckDB passes over blank lines without counting them; rows must keep the numbers that an editor shows the sender. Blank
    lines inside a quoted cell (an odd number of quotes before them) stay as they are.
    """
    if not _has_blank_line(path):
        return path
    target = path.with_name("filled.txt")
    inside = False
    with path.open(encoding="utf-8", newline="\n") as file, target.open("w", encoding="utf-8", newline="\n") as writer:
        for line in file:
            writer.write(filler + "\n" if line == "\n" and not inside else line)
            inside ^= bool(quote) and line.count(quote) % 2 == 1
    return target


def _has_blank_line(path: Path) -> bool:
    last = b"\n"
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            if b"\n\n" in last + piece:
                return True
            last = piece[-1:]
    return False


def _numbered(connection: duckdb.DuckDBPyConnection, skipped: int) -> str:
    """The lines with the number each has in the file, counting those above and before it that could not be split."""
    if connection.execute("select count(*) from unreadable").fetchone() == (0,):
        return f"select rowid + 1 + {skipped} as source_row_number, * from lines"
    return f"""
        select l.rowid + 1 + {skipped} + coalesce(u.passed, 0) as source_row_number, l.*
        from (select rowid, * from lines) l
        asof left join (
            select source_row_number - {skipped} - n as position, n as passed
            from (select source_row_number, row_number() over (order by source_row_number) as n from unreadable)
        ) u on l.rowid >= u.position"""


def _csv_header(contract: Contract, path: Path, name: str) -> tuple[tuple[str, ...], int]:
    """The header row's cells, and how many lines of the file stand before the first record."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(
            itertools.islice(file, MAX_HEADER_ROWS),
            delimiter=contract.file.delimiter,
            quotechar=contract.file.quote or None,
        )
        try:
            for _ in range(contract.file.header_row - 1):
                next(reader)
            headers = next(reader)
        except (StopIteration, csv.Error):
            raise DeliveryRefused(
                f"{name}: expected a header in row {contract.file.header_row}, found the file ends before. "
                "Deliver the whole file."
            ) from None
        return tuple(header.strip() for header in headers), reader.line_num


def _read_xlsx(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str) -> Source:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine raises many kinds; each means that this is no readable workbook
        raise DeliveryRefused(
            f"{name}: expected an Excel workbook (.xlsx), found a file that cannot be opened ({error}). "
            "Save it as .xlsx without a password and deliver it again."
        ) from error
    sheets = workbook.sheet_names
    sheet = contract.file.sheet or (sheets[0] if sheets else "")
    if sheet not in sheets:
        raise DeliveryRefused(
            f"{name}: expected the sheet {sheet!r}, found {', '.join(map(repr, sheets))}. "
            f"Deliver that sheet, or set sheet in contract {contract.id}."
        )
    rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    first = contract.file.header_row
    if len(rows) < first:
        raise DeliveryRefused(f"{name}: expected a header in row {first} of sheet {sheet!r}, found {len(rows)} rows.")
    headers = tuple(cell_text(cell, contract) or "" for cell in rows[first - 1])
    columns: list[list[str | None]] = [
        [cell_text(row[n], contract) for row in rows[first:]] for n in range(len(headers))
    ]
    _store_table(connection, columns, range(first + 1, len(rows) + 1))
    return Source(tuple(h.strip() for h in headers))


def cell_text(value: Any, contract: Contract) -> str | None:
    """A typed cell as the text that the contract's own number style would have; dates as ISO.

    Spreadsheets keep numbers as binary fractions of 15 digits: 15 significant digits are what the sender saw.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else format(value, ".15g").replace(".", contract.numbers.decimal)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _store_table(connection: duckdb.DuckDBPyConnection, columns: list[list[str | None]], numbers: range) -> None:
    arrays = [pa.array(numbers, type=pa.int64()), *(pa.array(column, type=pa.string()) for column in columns)]
    table = pa.Table.from_arrays(arrays, names=["source_row_number", *(f"c{n}" for n in range(len(columns)))])
    connection.register("arrow_rows", table)
    connection.execute("create table source as select * from arrow_rows")
    connection.unregister("arrow_rows")


def _read_parquet(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> Source:
    relation = f"read_parquet({literal(str(path))}, file_row_number=true)"
    described = connection.execute(f"describe select * from {relation}").fetchall()
    columns = [(row[0], row[1]) for row in described if row[0] != "file_row_number"]
    connection.execute(f"create table typed as select file_row_number, * exclude (file_row_number) from {relation}")
    renamed = ", ".join(f"{_parquet_text(n, kind, contract)} as c{n}" for n, (_, kind) in enumerate(columns))
    names = ", ".join(["row_number", *(f"p{n}" for n in range(len(columns)))])
    connection.execute(
        f"create table source as select row_number + 1 as source_row_number, {renamed} from typed t({names})"
    )
    connection.execute("drop table typed")
    return Source(tuple(name for name, _ in columns))


def _parquet_text(number: int, kind: str, contract: Contract) -> str:
    text = f"cast(p{number} as varchar)"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return f"replace({text}, '.', {literal(contract.numbers.decimal)})"
    if kind == "VARCHAR[]":
        return f"array_to_string(p{number}, '|')"
    return text


def _read_json(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str) -> Source:
    """Records of a JSON document or of JSON lines. Headers are the paths of all leaves, such as `general.name` or `kle[].name`."""
    if contract.file.format == "ndjson":
        connection.execute(
            f"create table records as select json as record from read_ndjson_objects({literal(str(path))})"
        )
    else:
        path_text = (
            "".join(f'."{part}"' for part in contract.file.record_path.split(".")) if contract.file.record_path else ""
        )
        connection.execute(
            f"create table records as select unnest(json_extract(content, {literal('$' + path_text + '[*]')})) as record "
            f"from read_text({literal(str(path))})"
        )
    structure = connection.execute("select json_group_structure(record) from records").fetchone()
    if not structure or structure[0] is None or structure[0] == '"NULL"':
        raise DeliveryRefused(
            f"{name}: expected a list of records at {contract.file.record_path or 'the top of the file'}, found none. "
            f"Deliver the records, or set recordPath in contract {contract.id}."
        )
    leaves = list(_leaves(json.loads(structure[0])))
    cells = ", ".join(f"{_json_cell(leaf, contract)} as c{n}" for n, leaf in enumerate(leaves)) or "null as c0"
    connection.execute(f"create table source as select rowid + 1 as source_row_number, {cells} from records")
    connection.execute("drop table records")
    return Source(tuple(leaf for leaf, _ in leaves))


def _leaves(structure: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a JSON structure as (path, JSON type)."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(structure, list):
        yield from _leaves(structure[0], f"{path}[]") if structure else iter([(f"{path}[]", "VARCHAR")])
    else:
        yield path, str(structure)


def _json_cell(leaf: tuple[str, str], contract: Contract) -> str:
    path, kind = leaf
    steps = "".join(
        '."' + part.removesuffix("[]") + '"' + ("[*]" if part.endswith("[]") else "") for part in path.split(".")
    )
    text = f"json_extract_string(record, {literal('$' + steps)})"
    if "[]" in path:
        return f"array_to_string({text}, '|')"
    return f"replace({text}, '.', {literal(contract.numbers.decimal)})" if kind == "DOUBLE" else text
