"""Spreadsheets: one sheet of an .xlsx workbook as text. Formulas are the values that the workbook stored; nothing is computed."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import python_calamine

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.ingest.privacy import shown_error, shown_text


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, name: str, table: str, before: int
) -> tuple[str, ...]:
    """One sheet. Rows carry the sheet's own row numbers."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = workbook.sheet_names
        sheet = contract.file.sheet or (sheets[0] if sheets else "")
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) if sheet in sheets else []
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # calamine raises many kinds, and a panic of its Rust code is no Exception
        raise DeliveryRefused(
            f"{name}: expected an Excel workbook (.xlsx), found a file that cannot be opened ({shown_error(error)}). "
            "Save it as .xlsx without a password and deliver it again."
        ) from error
    if sheet not in sheets:
        raise DeliveryRefused(
            f"{name}: expected the sheet {sheet!r}, found {', '.join(map(shown_text, sheets))}. "
            f"Deliver that sheet, or set sheet in contract {contract.id}."
        )
    first = contract.file.header_row
    if len(rows) < max(first, 1):
        raise DeliveryRefused(f"{name}: expected a header in row {first} of sheet {sheet!r}, found {len(rows)} rows.")
    width = max(len(row) for row in rows)
    headers = tuple((cell_text(c, contract) or "").strip() for c in rows[first - 1]) if first else ()
    columns = [[cell_text(row[n], contract) for row in rows[first:]] for n in range(width)]
    store_table(connection, columns, range(first + 1 + before, len(rows) + 1 + before), table)
    return headers or tuple(str(n + 1) for n in range(width))


def cell_text(value: Any, contract: Contract) -> str | None:
    """A typed cell as the text that the contract's own number style would have; dates as ISO.

    Spreadsheets keep numbers as binary fractions of 15 digits: 15 significant digits are what the sender saw. A whole number
    of more digits than that has lost some, and is written so that it shows.
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


def store_table(
    connection: duckdb.DuckDBPyConnection, columns: list[list[str | None]], numbers: range, table: str
) -> None:
    """Columns of text with their row numbers as a DuckDB table."""
    arrays = [pa.array(numbers, type=pa.int64()), *(pa.array(column, type=pa.string()) for column in columns)]
    names = ["source_row_number", *(f"c{n}" for n in range(len(columns)))]
    connection.register("arrow_rows", pa.Table.from_arrays(arrays, names=names))
    connection.execute(f"create table {table} as select * from arrow_rows")
    connection.unregister("arrow_rows")
