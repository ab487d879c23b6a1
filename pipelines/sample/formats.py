"""Bytes of files in the formats that senders use, the same bytes every time. Knows nothing of what the cells mean."""

import gzip
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | Decimal | date | None
Row = Sequence[Cell]

ZIP_TIME = (2026, 1, 1, 0, 0, 0)
EXCEL_EPOCH = date(1899, 12, 30)
CREATED = "2026-01-01T00:00:00Z"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def csv_bytes(rows: Sequence[Row], delimiter: str, encoding: str, quote_all: bool = False) -> bytes:
    """Delimited text with CR LF. Cells are text already; they are quoted where they must be, or all of them."""
    lines = [delimiter.join(_quoted(cell, delimiter, quote_all) for cell in row) for row in rows]
    return "".join(line + "\r\n" for line in lines).encode(encoding)


def _quoted(cell: Cell, delimiter: str, always: bool) -> str:
    text = "" if cell is None else str(cell)
    if always or delimiter in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def gzip_bytes(content: bytes) -> bytes:
    """Packed without name and time."""
    buffer = BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def json_bytes(content: object) -> bytes:
    """A JSON document as an interface returns it, one record after another."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def ndjson_bytes(records: Sequence[object]) -> bytes:
    """JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def parquet_bytes(columns: dict[str, pa.Array]) -> bytes:
    """A Parquet file of typed columns."""
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def xlsx_bytes(sheet: str, rows: Sequence[Row]) -> bytes:
    """A workbook of one sheet: texts, numbers, and dates as Excel's day numbers; fixed times throughout."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            ("officeDocument", "xl/workbook.xml", OFFICE),
            ("core-properties", "docProps/core.xml", f"{RELATIONS}/metadata"),
        ),
        "docProps/core.xml": _core_properties(),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{escape(sheet)}" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml", OFFICE), ("styles", "styles.xml", OFFICE)
        ),
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": _sheet(rows),
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return buffer.getvalue()


def _content_types() -> str:
    overrides = {
        "/xl/workbook.xml": f"{SHEET_TYPE}.sheet.main+xml",
        "/xl/worksheets/sheet1.xml": f"{SHEET_TYPE}.worksheet+xml",
        "/xl/styles.xml": f"{SHEET_TYPE}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    parts = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{TYPES}">{default}<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'


def _relations(*targets: tuple[str, str, str]) -> str:
    parts = "".join(
        f'<Relationship Id="rId{n}" Type="{base}/{kind}" Target="{target}"/>'
        for n, (kind, target, base) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{parts}</Relationships>'


def _core_properties() -> str:
    spaces = 'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    package = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    times = "".join(f'<dcterms:{n} xsi:type="dcterms:W3CDTF">{CREATED}</dcterms:{n}>' for n in ("created", "modified"))
    return f'<cp:coreProperties xmlns:cp="{package}" {spaces}>{times}</cp:coreProperties>'


def _styles() -> str:
    """Style 0 is plain, style 1 a date."""
    fonts = '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    plain, day = (f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0"' for n in (0, 14))
    formats = f'<cellStyleXfs count="1">{plain}/></cellStyleXfs>'
    cells = f'<cellXfs count="2">{plain} xfId="0"/>{day} xfId="0" applyNumberFormat="1"/></cellXfs>'
    return f'<styleSheet xmlns="{MAIN}">{fonts}{formats}{cells}</styleSheet>'


def _sheet(rows: Sequence[Row]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(value, f"{_letters(n)}{number}") for n, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(value: Cell, reference: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return f'<c r="{reference}" s="1"><v>{(value - EXCEL_EPOCH).days}</v></c>'
    if isinstance(value, (int, float, Decimal)):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _letters(column: int) -> str:
    """Spreadsheet letters of a column counted from 0: A, B ... Z, AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
