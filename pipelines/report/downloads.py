"""The rows behind a page, for people with a spreadsheet: exactly the table, as that language's Excel opens it."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from pipelines.ingest.expressions import literal
from pipelines.report.language import Language
from pipelines.report.released import Tables
from pipelines.spreadsheet import CALCULATED

FORMULA = f"^{CALCULATED.pattern}"


def write_rows_behind(tables: Tables, names: list[str], folder: Path, language: Language) -> None:
    """One CSV file for each table: UTF-8 with a mark; in Danish with semicolons and decimal commas."""
    folder.mkdir(parents=True)
    for name in names:
        columns = tables.columns(name)  # before the rows: a connection has one result at a time
        selected = ", ".join(_cell(column, kind, language) for column, kind in columns)
        cursor = tables.connection.execute(f'select {selected} from "{name}" order by all')
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";" if language.code == "da" else ",", lineterminator="\r\n")
            writer.writerow([column for column, _ in columns])
            while rows := cursor.fetchmany(10_000):
                writer.writerows(rows)


def _cell(column: str, kind: str, language: Language) -> str:
    quoted = f'"{column}"'
    if kind == "VARCHAR":
        return f"case when regexp_matches({quoted}, {literal(FORMULA)}) then '''' || {quoted} else {quoted} end as {quoted}"
    if kind.startswith(("DECIMAL", "DOUBLE")) and language.code == "da":
        return f"replace(cast({quoted} as varchar), '.', ',') as {quoted}"
    return f"cast({quoted} as varchar) as {quoted}"


SHEETS = {
    "Investments": "mart_investment_overview",
    "Committee table": "mart_investment_committee_table",
    "Candidates": "mart_shared_solution_candidate",
    "Business cases": "mart_business_case",
}
MONEY, DAY = "#,##0.00", "yyyy-mm-dd"


def write_workbook(tables: Tables, path: Path) -> None:
    """The investment overview and the candidates as one workbook, with what each column means. No cell is a formula."""
    book = Workbook(write_only=True)
    _sheet(book, "Release", *_rows(tables, "select * from release"))
    for title, table in SHEETS.items():
        names = ", ".join(f'"{column}"' for column, _ in tables.columns(table))
        _sheet(book, title, *_rows(tables, f'select {names} from "{table}" order by all'))
    described = (
        "select table_name, column_name, data_type, comment from duckdb_columns() where list_contains(?, table_name) "
        "order by table_name, column_index"
    )
    _sheet(book, "Columns", *_rows(tables, described, list(SHEETS.values())))
    book.save(path)


def _rows(tables: Tables, sql: str, *parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = tables.connection.execute(sql, list(parameters))
    return [column[0] for column in cursor.description or []], cursor.fetchall()


def _sheet(book: Workbook, title: str, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(max(len(name) + 2, 12), 40)
    heads = [WriteOnlyCell(sheet, value=name) for name in names]
    for head in heads:
        head.font, head.alignment = Font(bold=True), Alignment(vertical="top")
    sheet.append(heads)
    for row in rows:
        sheet.append([_written(sheet, value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(rows) + 1}"


def _written(sheet: Any, value: Any) -> Any:
    """A cell with its kind: text stays text whatever it begins with, since openpyxl would make a formula of it."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"
        return cell
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value=float(value))
        cell.number_format = MONEY
        return cell
    if isinstance(value, date) and not isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=datetime(value.year, value.month, value.day))
        cell.number_format = DAY
        return cell
    return value
