"""What `portfolio trace` prints: rows of a release, and the rows of files behind them. Nothing is looked up here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.ingest.archive import Archive, Delivery
from pipelines.ingest.privacy import NOT_SHOWN, plain
from pipelines.terminal import console as wide_console
from pipelines.trace.released import Found, Row
from pipelines.trace.source_row import Cell, SourceRow, TracedField

NARROWEST = 110
HIDDEN_HINT = f"{NOT_SHOWN}: personal or restricted; --show-private shows it."


def console() -> Console:
    """A terminal on which no figure is cut."""
    return wide_console(NARROWEST)


def print_row(out: Console, table: str, key: Sequence[str], row: Row) -> None:
    """A row of the release: its key, and its names and amounts."""
    shown = [n for n, v in row.items() if v is not None and (n in key or n.endswith(("_name", "_amount", "_date")))]
    out.print(Text(table, style="bold"))
    for name in shown:
        out.print(f"  {name:<28} {plain(str(row[name]))}")


def print_found(out: Console, found: Found) -> None:
    """How many rows of another table stand behind."""
    rows = "1 row" if found.count == 1 else f"{found.count:,} rows"
    more = f", the first {len(found.rows)} shown (--limit)" if found.count > len(found.rows) else ""
    out.print()
    out.print(Text(f"Behind it: {rows} of {found.table}{more}", style="bold"))


def print_delivery(out: Console, delivery: Delivery, released: Row | None) -> None:
    """Which delivery it is, and what became of it."""
    status = f", {released['delivery_status_code']}" if released else ""
    out.print()
    out.print(
        Text.assemble(
            (f"{delivery.contract_id}: {plain(delivery.file_name)}", "bold"),
            f"  delivery {delivery.delivery_id}, about {delivery.business_date}, "
            f"received {delivery.received_at:%Y-%m-%d %H:%M} UTC{status}",
        )
    )
    if released and released.get("refusal_reason"):
        out.print(f"  refused: {released['refusal_reason']}")


def print_files(out: Console, archive: Archive, delivery: Delivery, root: Path) -> None:
    """Where the bytes of a delivery lie."""
    for name, path in zip(delivery.file_names, archive.files_of(delivery), strict=True):
        out.print(f"  {plain(name)}: {path.relative_to(root)} (landed as {plain(delivery.landing_path)})")


def print_source_row(out: Console, row: SourceRow, source_column: object, show_private: bool) -> None:
    """One row of a file: where it is, its cells, the fields read from them, and what the contract did to them."""
    column = f", column {source_column!r}" if source_column else ""
    number = "" if row.row_in_file == row.row_number else f" (row {row.row_number} of the delivery)"
    out.print(Text(f"  {plain(row.file_name)}, row {row.row_in_file}{number}{column}", style="bold"))
    if row.unreadable is not None:
        out.print(f"    the line: {plain(row.unreadable) if show_private else NOT_SHOWN}")
    for rule, reason in row.faults:
        out.print(f"    rejected ({rule}): {plain(reason)}")
    for reason in row.reasons:
        out.print(f"    corrected, {plain(reason)}")
    if row.cells:
        out.print(_cells_table(row, show_private))
    if not show_private and (row.unreadable or any(c.is_private and c.text for c in row.cells)):
        out.print(f"    {HIDDEN_HINT}")


def _cells_table(row: SourceRow, show_private: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 1))
    for name in ("source column", "text in the file", "field", "value", "rule of the contract"):
        table.add_column(name, overflow="fold")
    left = list(row.fields)
    for cell in row.cells:
        mine = [f for f in left if f.source_column and cell.name in f.source_column.split(" + ")]
        left = [f for f in left if f not in mine]
        _add(table, cell, mine, show_private)
    for field in left:
        table.add_row("", "", field.name, _value(field, show_private), field.rule)
    return table


def _add(table: Table, cell: Cell, fields: Sequence[TracedField], show_private: bool) -> None:
    """A cell with the first field that is read from it, and a line for each other one."""
    first = fields[0] if fields else None
    told = (first.name, _value(first, show_private), first.rule) if first else ("", "", "")
    table.add_row(plain(cell.header), shown(cell, show_private), *told)
    for field in fields[1:]:
        table.add_row("", "", field.name, _value(field, show_private), field.rule)


def shown(cell: Cell, show_private: bool) -> str:
    """The text of a cell as it may be shown, with what a correction made of it."""
    texts = [cell.text, *cell.corrected]
    if cell.is_private and not show_private and any(texts):
        return NOT_SHOWN
    return " -> ".join("(empty)" if text is None and cell.corrected else plain(text or "") for text in texts)


def _value(field: TracedField, show_private: bool) -> str:
    values = [v for v in field.values if v is not None]
    if field.is_private and not show_private and values:
        return NOT_SHOWN
    return " | ".join(plain(str(value)) for value in values)


def references(rows: Sequence[Row]) -> Mapping[str, list[tuple[int | None, object]]]:
    """Source rows (number and column) that table rows come from, by delivery, each once."""
    found: dict[str, dict[tuple[int | None, object], None]] = {}
    for row in rows:
        if isinstance(delivery := row.get("delivery_id"), str):
            number = row.get("source_row_number")
            place = (number if isinstance(number, int) else None, row.get("source_column"))
            found.setdefault(delivery, {})[place] = None
    return {delivery: list(places) for delivery, places in found.items()}
