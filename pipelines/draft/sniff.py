"""How an unknown file is written: format, encoding, delimiter, and its first rows as text. Nothing about fields or contracts."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.draft.tables import flat, parquet_rows, sheet_rows
from pipelines.errors import PortfolioError
from pipelines.files import CHUNK

MAX_ROWS = 5000
HEAD, TAIL = 8 * 2**20, 64 * 2**10
DELIMITERS = (";", ",", "\t", "|")
Row = list[str | None]


@dataclass(frozen=True)
class Sniffed:
    """What was found out about a file, and its rows as text: title rows, header and data still together."""

    format: str
    rows: list[Row]
    last_rows: list[Row]
    encoding: str = "utf-8"
    delimiter: str | None = None
    quote: str | None = None
    line_end: str = ""
    sheet: str | None = None
    record_path: str | None = None
    has_open_end: bool = False
    """True of delimited text whose last row has no line end."""
    has_header_names: bool = False
    """True where the format itself names the columns (json, parquet): `rows[0]` are the names."""


def sniff(path: Path, prefer: frozenset[str] = frozenset()) -> Sniffed:
    """Look at the first rows of a file, and at its end. `prefer`: concepts that tell a data sheet from others.

    Raises PortfolioError when the file is empty or of no kind that contracts can describe.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"PK" and _is_workbook(path):
        sheet, rows = sheet_rows(path, MAX_ROWS)
        return Sniffed("xlsx", rows, rows[-5:], sheet=sheet)
    if magic == b"PAR1":
        rows = parquet_rows(path, MAX_ROWS)
        return Sniffed("parquet", rows, [], has_header_names=True)
    head, tail, whole = _bytes(path, packed=magic[:2] == b"\x1f\x8b")
    encoding = encoding_of(head, tail)
    text = head.decode(_codec(encoding), errors="replace")
    if not text.strip():
        raise PortfolioError(f"{path.name}: expected a file with rows, found an empty one. Give a file with data.")
    if text.lstrip()[0] in "{[" and (found := _json(path, text, whole, encoding)):
        return found
    return _csv(text, tail.decode(_codec(encoding), errors="replace"), whole, encoding)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _bytes(path: Path, packed: bool) -> tuple[bytes, bytes, bool]:
    """The file's beginning and end, unpacked, and whether the beginning is all of it."""
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        head = file.read(HEAD)
        tail, whole = head[-TAIL:], True
        while piece := file.read(CHUNK):
            tail, whole = (tail + piece)[-TAIL:], False
    return head, tail, whole


def encoding_of(head: bytes, tail: bytes = b"") -> str:
    """The encoding: marks first, then zero bytes, then UTF-8, then the Windows or DOS page with more Danish letters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[:2000].count(0) > len(head[:2000]) / 4:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    cut = head if len(head) < HEAD else head[: head.rfind(b"\n") + 1]
    try:
        cut.decode("utf-8")
        tail[tail.find(b"\n") + 1 :].decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        letters = {
            page: sum(head.decode(page, errors="ignore").count(c) for c in "æøåÆØÅé") for page in ("cp1252", "cp865")
        }
        if letters["cp865"] > 2 * letters["cp1252"]:
            return "cp865"
        return "iso-8859-1" if any(b in head for b in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")) else "windows-1252"


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _json(path: Path, text: str, whole: bool, encoding: str) -> Sniffed | None:
    """Records of JSON lines, or of the longest list of objects in a JSON document; None when it is no JSON."""
    lines = [line for line in text.splitlines()[: MAX_ROWS + 1] if line.strip()]
    records = _objects(lines[:-1] if not whole and len(lines) > 1 else lines) if text.lstrip()[0] == "{" else None
    if records and (len(records) > 1 or path.name.removesuffix(".gz").endswith((".ndjson", ".jsonl"))):
        return Sniffed("ndjson", flat(records), [], encoding, has_header_names=True)
    if not whole:
        text = _all_text(path, encoding)
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return None
    record_path, found = max(_lists(document, ""), key=lambda pair: len(pair[1]), default=("", []))
    if not found:
        raise PortfolioError(
            f"{path.name}: expected a list of records in the JSON, found none. Give a file with records."
        )
    return Sniffed("json", flat(found[:MAX_ROWS]), [], encoding, record_path=record_path or None, has_header_names=True)


def _all_text(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode(_codec(encoding), errors="replace")


def _objects(lines: Sequence[str]) -> list[dict[str, Any]] | None:
    try:
        records = [json.loads(line) for line in lines]
    except json.JSONDecodeError:
        return None
    return records if all(isinstance(r, dict) for r in records) else None


def _lists(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All lists of objects at the top of a document or below it, with their paths."""
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        yield path, value
    elif isinstance(value, dict) and depth < 4:
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{key}" if path else key, depth + 1)


def _csv(text: str, tail: str, whole: bool, encoding: str) -> Sniffed:
    line_end = "CR LF" if "\r\n" in text else "LF" if "\n" in text else "CR"
    text, tail = (t.replace("\r\n", "\n").replace("\r", "\n") for t in (text, tail))
    delimiter, quote = dialect_of(text)
    rows = split(text, delimiter, quote, MAX_ROWS)
    ended = whole and len(rows) < MAX_ROWS
    last = rows[-8:] if ended else split(tail[tail.find("\n") + 1 :], delimiter, quote, MAX_ROWS)[-8:]
    is_open = not (text if whole else tail).endswith("\n")
    return Sniffed("csv", rows, last, encoding, delimiter, quote, line_end, has_open_end=is_open)


def split(text: str, delimiter: str, quote: str, limit: int) -> list[Row]:
    """The first records of a text, as cells."""
    style: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    csv.field_size_limit(2**24)
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **style):
            rows.append(list(row))
            if len(rows) == limit:
                break
    except csv.Error:
        return rows
    return rows


def dialect_of(text: str) -> tuple[str, str]:
    """The delimiter and quote under which most records have the same number of cells, more cells before fewer."""
    sample = text[: 2**20]

    def regularity(delimiter: str, quote: str) -> tuple[float, float]:
        widths = Counter(len(row) for row in split(sample, delimiter, quote, 400) if any(row))
        if not widths:
            return 0.0, 0.0
        width, hits = max(widths.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]))
        share = hits / widths.total()
        return (share**2 * min(width, 12) ** 0.5 if width > 1 else 0.0), share

    delimiter = max(DELIMITERS, key=lambda d: regularity(d, '"')[0])
    plain, quoted = regularity(delimiter, ""), regularity(delimiter, '"')
    if '"' in sample and plain[1] > quoted[1] + 0.02 and f'{delimiter}"' not in sample:
        return delimiter, ""
    if f"{delimiter}'" in sample and f"'{delimiter}" in sample and regularity(delimiter, "'")[1] > quoted[1] + 0.02:
        return delimiter, "'"
    return delimiter, '"'
