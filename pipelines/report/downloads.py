"""The rows behind a page, for people with a spreadsheet: exactly the table, as that language's Excel opens it."""

import csv
from pathlib import Path

from pipelines.ingest.expressions import literal
from pipelines.report.language import Language
from pipelines.report.released import Tables

# A cell that begins so is run as a formula when a spreadsheet opens it; a leading apostrophe makes it text.
FORMULA = "^[=+\\-@\t\r]"


def write_rows_behind(tables: Tables, names: list[str], folder: Path, language: Language) -> None:
    """One CSV file for each table: UTF-8 with a mark; in Danish with semicolons and decimal commas."""
    folder.mkdir(parents=True)
    for name in names:
        selected = ", ".join(_cell(column, kind, language) for column, kind in tables.columns(name))
        cursor = tables.connection.execute(f'select {selected} from "{name}" order by all')
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";" if language.code == "da" else ",", lineterminator="\r\n")
            writer.writerow([column for column, _ in tables.columns(name)])
            while rows := cursor.fetchmany(10_000):
                writer.writerows(rows)


def _cell(column: str, kind: str, language: Language) -> str:
    quoted = f'"{column}"'
    if kind == "VARCHAR":
        return f"case when regexp_matches({quoted}, {literal(FORMULA)}) then '''' || {quoted} else {quoted} end as {quoted}"
    if kind.startswith(("DECIMAL", "DOUBLE")) and language.code == "da":
        return f"replace(cast({quoted} as varchar), '.', ',') as {quoted}"
    return f"cast({quoted} as varchar) as {quoted}"
