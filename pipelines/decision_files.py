"""CSV files in which people's decisions lie (`reference/decisions/`): read as spreadsheets save them, written whole. No meaning."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.errors import ConfigurationError
from pipelines.files import write_atomically


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file that a person filled in, with their lines; comma or semicolon, as spreadsheets save them."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path}: expected UTF-8, found {error.reason}. Save the file as CSV UTF-8."
        ) from error
    header = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ","
    )
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise ConfigurationError(
            f"{path}: expected the columns {', '.join(columns)}, found none called {', '.join(missing)}. Correct the header row."
        )
    return [(reader.line_num, {c: (row[c] or "") for c in columns}) for row in reader]


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[object]) -> None:
    """Replace the file by these rows, each with the columns as attributes; readers see the old file or the new one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([getattr(row, c) for c in columns] for row in rows)
    write_atomically(path, out.getvalue())
