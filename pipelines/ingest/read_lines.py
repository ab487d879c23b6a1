"""Text in lines: delimited (CSV) and fixed-width files, read by DuckDB, numbered as an editor numbers them."""

import csv
import itertools
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import FileLayout
from pipelines.errors import DeliveryRefused
from pipelines.files import CHUNK
from pipelines.ingest.expressions import BLANKS, literal
from pipelines.ingest.judging import Judging
from pipelines.ingest.unpack import not_in_encoding

MAX_HEADER_LINES = 200
LONGEST_BLANK = 3  # bytes of UTF-8


def read_csv(
    connection: duckdb.DuckDBPyConnection, judging: Judging, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """Delimited text, judged while it is read. Rows with too many or too few cells go to `unreadable`, each with its line."""
    contract, layout = judging.contract, judging.contract.file
    headers, skipped = _header(contract, path, name)
    judging.know(headers, name)
    path = _without_blank_lines(path, layout.delimiter * (len(headers) - 1) or layout.quote * 2, layout.quote)
    columns = ", ".join(f"c{n}: 'VARCHAR'" for n in range(len(headers)))
    relation = (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, "
        f"skip={skipped}, delim={literal(layout.delimiter)}, quote={literal(layout.quote)}, escape={literal(layout.quote)}, "
        f"columns={{{columns}}}, store_rejects=true, rejects_limit=0, strict_mode=true, null_padding=false, "
        f"rejects_table={literal('errors_' + table)}, rejects_scan={literal('scans_' + table)})"
    )
    connection.execute(f"create table lines_{table} as {judging.over(relation, numbered=False)}")
    connection.execute(
        f"insert into unreadable select line + {before}, string_agg(distinct error_type, ', '), any_value(csv_line) "
        f"from errors_{table} group by line"
    )
    _refuse_foreign_bytes(connection, contract, table, name)
    _refuse_open_quote(connection, table, name)
    if not layout.skip_footer:
        _refuse_cut_off(connection, path, name, before)
    connection.execute(f"create view {table} as {_numbered(connection, table, skipped, before)}")
    return headers


def read_fixed(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """Fixed-width text: the contract says where each column stands."""
    path = _without_blank_lines(path, " ", "")
    _refuse_short_end(contract, path, name)
    connection.execute(
        f"create table lines_{table} as select * from read_csv({literal(str(path))}, auto_detect=false, header=false, "
        f"skip={contract.file.header_row}, delim=chr(1), quote='', escape='', columns={{line: 'VARCHAR'}})"
    )
    cells = ", ".join(f"substring(line, {c.start}, {c.width}) as c{n}" for n, c in enumerate(contract.file.fixed_width))
    offset = contract.file.header_row + before + 1
    connection.execute(
        f"create view {table} as select rowid + {offset} as source_row_number, {cells} from lines_{table}"
    )
    return tuple(c.name for c in contract.file.fixed_width)


def _header(contract: Contract, path: Path, name: str) -> tuple[tuple[str, ...], int]:
    """The header row's cells, and how many lines stand before the first record. Without a header, columns are numbered."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = itertools.islice(file, MAX_HEADER_LINES)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if contract.file.quote else csv.QUOTE_NONE
        reader = csv.reader(
            lines, delimiter=contract.file.delimiter, quotechar=contract.file.quote or None, quoting=quoting
        )
        try:
            if contract.file.header_row == 0:
                return tuple(str(n + 1) for n in range(len(next(reader)))), 0
            for _ in range(contract.file.header_row - 1):
                next(reader)
            headers = next(reader)
        except UnicodeError as error:
            raise not_in_encoding(contract, name, str(error)) from error
        except (StopIteration, csv.Error):
            raise DeliveryRefused(
                f"{name}: expected a header in row {contract.file.header_row}, found the file ends before. Deliver the whole file."
            ) from None
        if not headers:
            raise DeliveryRefused(f"{name}: expected a header in row {contract.file.header_row}, found an empty line.")
        return tuple(header.strip() for header in headers), reader.line_num


def _refuse_foreign_bytes(connection: duckdb.DuckDBPyConnection, contract: Contract, table: str, name: str) -> None:
    """Bytes that are no UTF-8 are found here where the file did not have to be rewritten, see `unpack`."""
    row = connection.execute(f"select min(line) from errors_{table} where error_type = 'INVALID ENCODING'").fetchone()
    if row and row[0] is not None:
        raise not_in_encoding(contract, name, f"in row {row[0]}")


def _refuse_open_quote(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> None:
    """A quote that opens and never closes takes every later row with it: what they hold cannot be told."""
    row = connection.execute(
        f"select min(line) from errors_{table} where error_message ilike '%unterminated quote%'"
    ).fetchone()
    if row and row[0] is not None:
        raise DeliveryRefused(
            f"{name}: expected quotes in pairs, found one in row {row[0]} that is never closed. "
            "All rows after it are lost in it. Close the quote, or double quotes inside a text, and deliver the file again."
        )


def _refuse_short_end(contract: Contract, path: Path, name: str) -> None:
    """A fixed-width file whose last line has no end and is shorter than its columns was cut off on its way."""
    width = max(column.start + column.width - 1 for column in contract.file.fixed_width)
    last, number = "", 0
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, last in enumerate(file, 1):  # noqa: B007  number and last line are what is looked for
            pass
    if last and not last.endswith("\n") and len(last) < width and not contract.file.skip_footer:
        raise DeliveryRefused(
            f"{name}: expected a last row of {width} characters, found that the file ends in the middle of row {number}. "
            "Deliver the whole file."
        )


def _refuse_cut_off(connection: duckdb.DuckDBPyConnection, path: Path, name: str, before: int) -> None:
    """A file that ends in the middle of a row was cut off on its way."""
    if connection.execute("select count(*) from unreadable").fetchone() == (0,):
        return
    with path.open("rb") as file:
        lines = sum(piece.count(b"\n") for piece in iter(lambda: file.read(CHUNK), b""))
        file.seek(-1, 2)
        is_open = file.read(1) != b"\n"
    last = connection.execute("select max(source_row_number) from unreadable").fetchone()
    if is_open and last == (lines + 1 + before,):
        raise DeliveryRefused(
            f"{name}: expected a whole last row, found that the file ends in the middle of row {lines + 1}. Deliver the whole file."
        )


def _without_blank_lines(path: Path, filler: str, quote: str) -> Path:
    """The same file with blank lines written as rows of empty cells.

    DuckDB passes over blank lines without counting them; rows must keep the numbers that an editor shows the sender. Blank
    lines inside a quoted cell (an odd number of quotes before them) stay as they are.
    """
    if not _has_blank_line(path):
        return path
    target = path.with_name("filled_" + path.name)
    inside = False
    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as writer,
    ):
        for line in file:
            writer.write(filler + "\n" if line == "\n" and not inside else line)
            inside ^= bool(quote) and line.count(quote) % 2 == 1
    return target


def rare_texts(path: Path, layout: FileLayout) -> tuple[bool, bool]:
    """Whether a cell may begin or end with another blank than the space, and whether one may hold a number such as `5E+12`.

    Line ends count as such blanks where there are quotes to hold them. Both are rare, and testing every cell is dear.
    """
    blanks = [blank.encode() for blank in BLANKS + layout.quote if blank not in (" ", "\r", "\n", layout.delimiter)]
    found: set[bytes] = set()
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            # a search for one byte is ten times as fast as one for several, and their last ones are rare
            rare = [text for text in (*blanks, b"E+", b"e+") if text[-1:] in piece]
            found |= {text for text in rare if text in tail + piece}
            tail = piece[-LONGEST_BLANK:]
    return not found.isdisjoint(blanks), bool(found & {b"E+", b"e+"})


def _has_blank_line(path: Path) -> bool:
    last = b"\n"
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            ends = np.frombuffer(last + piece, dtype=np.uint8) == ord("\n")
            if (ends[:-1] & ends[1:]).any():
                return True
            last = piece[-1:]
    return False


def _numbered(connection: duckdb.DuckDBPyConnection, table: str, skipped: int, before: int) -> str:
    """The lines with the number each has in the file, counting those above and before it that could not be split."""
    first = skipped + before
    if connection.execute(f"select count(*) from errors_{table}").fetchone() == (0,):
        return f"select rowid + 1 + {first} as source_row_number, * from lines_{table}"
    return f"""
        select l.rowid + 1 + {first} + coalesce(u.passed, 0) as source_row_number, l.* exclude (rowid)
        from (select rowid, * from lines_{table}) l
        asof left join (
            select source_row_number - {first} - n as position, n as passed
            from (select source_row_number, row_number() over (order by source_row_number) as n
                  from unreadable where source_row_number > {before})
        ) u on l.rowid >= u.position"""
