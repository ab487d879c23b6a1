"""Rows of text out of workbooks, Parquet and JSON records, as ingestion would see them. The first rows only."""

import datetime as dt
from pathlib import Path
from typing import Any

import python_calamine

from pipelines.errors import PortfolioError
from pipelines.ingest.confined import confined

Row = list[str | None]


def sheet_rows(path: Path, limit: int) -> tuple[str | None, list[Row]]:
    """The sheet with the most cells (None when there is only one) and its first rows from the top of the sheet."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        sheets = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except Exception as error:  # calamine raises many kinds; each means that this is no readable workbook
        raise PortfolioError(
            f"{path.name}: expected a workbook that opens without a password, found one that does not ({error})."
        ) from error
    if not sheets:
        raise PortfolioError(f"{path.name}: expected a workbook with a sheet, found none.")
    name = max(sheets, key=lambda n: sum(sum(cell != "" for cell in row) for row in sheets[n][:limit]))
    rows = [[_cell(cell) for cell in row] for row in sheets[name][:limit]]
    return (name if len(names) > 1 else None), rows


def _cell(value: Any) -> str | None:
    """A typed cell as text: 15 significant digits, decimal point, ISO dates."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def parquet_rows(path: Path, limit: int) -> list[Row]:
    """The column names and the first rows of a Parquet file."""
    with confined([], [path]) as connection:
        relation = connection.from_parquet(str(path))
        names = list(relation.columns)
        cells = [
            f"array_to_string({_quoted(name)}, '|')"
            if str(kind).endswith("[]")
            else f"cast({_quoted(name)} as varchar)"
            for name, kind in zip(names, relation.types, strict=True)
        ]
        return [list(names), *(list(row) for row in relation.project(", ".join(cells)).limit(limit).fetchall())]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def flat(records: list[dict[str, Any]]) -> list[Row]:
    """The paths of all leaves, such as `general.name` or `kle[].name`, and one row of text a record."""
    flattened: list[dict[str, list[str]]] = []
    names: dict[str, None] = {}
    for record in records:
        leaves: dict[str, list[str]] = {}
        _collect(record, "", leaves)
        names |= dict.fromkeys(leaves)
        flattened.append(leaves)
    nested = {name for name in names if any(other.startswith((name + ".", name + "[]")) for other in names)}
    header: list[str | None] = [name for name in names if name not in nested]
    return [header, *([("|".join(row.get(str(n), [])) or None) for n in header] for row in flattened)]


def _collect(value: Any, path: str, leaves: dict[str, list[str]]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(inner, f"{path}.{key}" if path else key, leaves)
    elif isinstance(value, list):
        leaves.setdefault(f"{path}[]", [])
        for inner in value:
            _collect(inner, f"{path}[]", leaves)
    else:
        found = leaves.setdefault(path, [])
        if value is not None:
            found.append(
                {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
            )
