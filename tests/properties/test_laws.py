"""Laws of ingestion that hold for any table: written in any dialect and read by its contract it is the same, nothing is lost,
twice is once, and the order of arrival does not matter."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts.model import Contract, Mode
from pipelines.ingest.archive import Archive, Delivery, delivery_id, in_force
from pipelines.ingest.expressions import BLANKS
from tests.conforming import contract, run

LAW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
HEADERS = ("Bilag", "Dato", "Tekst", "Beløb")
DATE_STYLES = {"dd.MM.yyyy": "%d.%m.%Y", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d", "dd/MM/yyyy": "%d/%m/%Y"}
TABLES = ("csv", "fixed", "xlsx", "json", "ndjson", "parquet")

PLAIN = st.text("abcæøåÆØÅ 0123456789.,-", max_size=10)
AWKWARD = st.text("aæ \"';,|\t\n#{}%$(=é", max_size=10)
CODES = st.from_regex(r"[0-9]{1,12}|0[0-9]\.[0-9]{2}\.[0-9]{2}|[A-Z]{2}-[0-9]{3}", fullmatch=True)
AMOUNTS = st.decimals(Decimal("-99999999999.99"), Decimal("99999999999.99"), places=2)
DATES = st.dates(date(1950, 1, 1), date(2150, 1, 1))
ROWS = st.lists(st.tuples(CODES, DATES, PLAIN | AWKWARD, AMOUNTS), min_size=1, max_size=8)


@dataclass(frozen=True)
class Dialect:
    """How one sender writes tables."""

    format: str
    encoding: str
    delimiter: str
    quote: str
    line_end: str
    decimal: str
    thousands: str
    negative: str
    date_style: str

    def number(self, amount: Decimal) -> str:
        whole, fraction = f"{abs(amount):,.2f}".split(".")
        text = whole.replace(",", self.thousands) + self.decimal + fraction
        return self.negative.format(text) if amount < 0 else text

    def day(self, day: date) -> str:
        return day.strftime(DATE_STYLES[self.date_style])


DIALECTS = st.builds(
    Dialect,
    format=st.sampled_from(TABLES),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-1"]),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    quote=st.sampled_from(['"', "'"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    decimal=st.sampled_from([",", "."]),
    thousands=st.sampled_from(["", ".", ",", " ", "'"]),
    negative=st.sampled_from(["-{}", "{}-", "({})", "\N{MINUS SIGN}{}"]),
    date_style=st.sampled_from(sorted(DATE_STYLES)),
).map(lambda d: replace(d, thousands="") if d.thousands == d.decimal else d)

Row = tuple[str, date, str, Decimal]


def fitting(dialect: Dialect) -> Dialect:
    """The dialect, with a minus that its encoding can write."""
    narrow = dialect.encoding in ("windows-1252", "iso-8859-1") and dialect.format in ("csv", "fixed")
    return replace(dialect, negative="-{}") if narrow and dialect.negative.startswith("\N{MINUS SIGN}") else dialect


def written(rows: list[Row], dialect: Dialect) -> bytes:
    """The table as a file of the dialect."""
    texts = [[c, dialect.day(d), t, dialect.number(a)] for c, d, t, a in rows]
    if dialect.format == "csv":
        buffer = io.StringIO()
        writer = csv.writer(
            buffer, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator="\n", quoting=csv.QUOTE_MINIMAL
        )
        writer.writerows([HEADERS, *texts])
        return buffer.getvalue().replace("\n", dialect.line_end).encode(dialect.encoding)
    if dialect.format == "fixed":
        lines = [f"{c:<14}{d:<12}{t.translate({10: ' '}):<14}{a:>24}{dialect.line_end}" for c, d, t, a in texts]
        return "".join(lines).encode(dialect.encoding)
    if dialect.format in ("json", "ndjson"):
        records = [dict(zip(HEADERS, row, strict=True)) for row in texts]
        text = json.dumps(records) if dialect.format == "json" else "\n".join(map(json.dumps, records))
        return text.encode(dialect.encoding)
    return _binary(rows, dialect)


def _binary(rows: list[Row], dialect: Dialect) -> bytes:
    buffer = io.BytesIO()
    if dialect.format == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(HEADERS)
        for code, day, text, amount in rows:
            sheet.append([code, datetime(day.year, day.month, day.day), None, float(amount)])
            cell = sheet.cell(sheet.max_row, 3, text)
            cell.data_type = "s"  # a text that begins with = is no formula
        book.save(buffer)
    else:
        codes, days, texts, amounts = zip(*rows, strict=True)
        columns = [codes, days, texts, pa.array(amounts, pa.decimal128(18, 2))]
        pq.write_table(pa.table(dict(zip(HEADERS, columns, strict=True))), buffer)
    return buffer.getvalue()


def agreed(tmp_path: Path, dialect: Dialect) -> Contract:
    """The contract for the dialect."""
    columns = [
        {"name": "voucher_key", "physicalName": "Bilag", "logicalType": "string"},
        {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"},
        {"name": "posting_text", "physicalName": "Tekst", "logicalType": "string"},
        {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
    ]
    encoding = dialect.encoding.removesuffix("-sig")
    layout: dict[str, Any] = {"format": dialect.format, "encoding": encoding}
    layout |= {"delimiter": dialect.delimiter, "quote": dialect.quote}
    if dialect.format == "fixed":
        starts = {"Bilag": (1, 14), "Dato": (15, 12), "Tekst": (27, 14), "Beløb": (41, 24)}
        layout |= {"fixedWidth": [{"name": n, "start": s, "width": w} for n, (s, w) in starts.items()], "headerRow": 0}
    numbers = {"decimal": dialect.decimal, "thousands": dialect.thousands}
    return contract(tmp_path, layout, columns, numbers=numbers, dates=[dialect.date_style])


def shown(rows: list[Row], dialect: Dialect) -> list[tuple[str, date, str | None, Decimal]]:
    """The rows as they come out: without blanks around texts, and an empty text as none."""
    flat = {10: " "} if dialect.format == "fixed" else {}
    return [(c, d, t.translate(flat).strip(BLANKS) or None, a) for c, d, t, a in rows]


@LAW
@given(rows=ROWS, dialect=DIALECTS.map(fitting))
def test_a_table_in_any_dialect_is_read_back_the_same_and_nothing_is_lost(
    tmp_path: Path, rows: list[Row], dialect: Dialect
) -> None:
    name = "p.xlsx" if dialect.format == "xlsx" else "p.dat"
    content, agreement = written(rows, dialect), agreed(tmp_path, dialect)
    report, found, faults = run(tmp_path, agreement, content, name)
    assert faults == []
    names = ("voucher_key", "posting_date", "posting_text", "posting_amount")
    assert [tuple(r[n] for n in names) for r in found] == shown(rows, dialect)
    assert report.source_rows == report.accepted_rows == len(rows)
    assert report.source_amount == report.accepted_amount == sum(a for *_, a in rows)
    again = run(tmp_path, agreement, content, name)
    assert (again[0].model_copy(update={"seconds": 0}), again[1]) == (report.model_copy(update={"seconds": 0}), found)


WRONG = st.sampled_from(["x", "", "1.2.3", "12,345", "--5", "1E5"])


@LAW
@given(
    rows=ROWS,
    dialect=DIALECTS.map(lambda d: fitting(replace(d, format="csv"))),
    wrong=st.lists(WRONG, min_size=1, max_size=4),
)
def test_source_is_accepted_plus_rejected_in_rows_and_in_money(
    tmp_path: Path, rows: list[Row], dialect: Dialect, wrong: list[str]
) -> None:
    dialect = replace(dialect, decimal=",", thousands="")
    good = written(rows, dialect).decode(dialect.encoding)
    lines = [_bad_line(dialect, w) for w in wrong]
    report, found, faults = run(
        tmp_path,
        agreed(tmp_path, dialect),
        (good + "".join(line + dialect.line_end for line in lines)).encode(dialect.encoding),
    )
    assert report.source_rows == len(rows) + len(lines) == report.accepted_rows + report.rejected_rows
    assert report.rejected_rows == len(lines) == len({f[0] for f in faults})
    assert report.accepted_amount == sum(r["posting_amount"] for r in found) == sum(a for *_, a in rows)
    assert report.source_amount is not None
    assert report.rejected_amount is not None
    assert report.source_amount == report.accepted_amount + report.rejected_amount


def _bad_line(dialect: Dialect, wrong: str) -> str:
    """A row whose amount is `wrong`."""
    cells = ["9", dialect.day(date(2026, 1, 1)), "t", wrong]
    return dialect.delimiter.join(f"{dialect.quote}{cell}{dialect.quote}" for cell in cells)


MODES: list[Mode] = ["snapshot", "period", "append"]
ARRIVALS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 4), st.integers(0, 3)),
    min_size=1,
    max_size=8,
    unique_by=lambda a: (a[0], a[2]),
)


def deliveries(arrivals: list[tuple[int, int, int]]) -> list[Delivery]:
    """Deliveries of (month, hour of arrival, content)."""
    start = datetime(2026, 5, 1, tzinfo=UTC)
    return [
        Delivery(
            delivery_id("tmf.postings", date(2026, month, 1), str(content)),
            "tmf.postings",
            date(2026, month, 1),
            start + timedelta(hours=hour),
            str(content),
            1,
            "p.csv",
            "landing/tmf/p.csv",
        )
        for month, hour, content in arrivals
    ]


@settings(max_examples=200, deadline=None)
@given(arrivals=ARRIVALS, mode=st.sampled_from(MODES), data=st.data())
def test_the_order_in_which_deliveries_are_told_does_not_matter(
    arrivals: list[tuple[int, int, int]], mode: Mode, data: st.DataObject
) -> None:
    told = deliveries(arrivals)
    force = in_force(told, mode)
    assert in_force(data.draw(st.permutations(told)), mode) == force
    assert in_force(told + told, mode) == force
    assert in_force([d for d in told if d.delivery_id in force], mode) == force
    counted = {d.business_date for d in told if d.delivery_id in force}
    months = {d.business_date for d in told}
    assert counted == ({max(months)} if mode == "snapshot" else months)
    assert len(force) == len(counted)


@settings(LAW, max_examples=10)
@given(arrivals=ARRIVALS, mode=st.sampled_from(MODES), data=st.data())
def test_a_journal_written_in_any_order_and_twice_tells_the_same(
    tmp_path_factory: Any, arrivals: list[tuple[int, int, int]], mode: Mode, data: st.DataObject
) -> None:
    told = deliveries(arrivals)
    found = []
    for order in (told, data.draw(st.permutations(told))):
        archive = Archive(tmp_path_factory.mktemp("archive"))
        assert all(archive.receive(d) for d in order)
        assert not any(archive.receive(d) for d in order)
        found.append(archive.deliveries())
    assert found[0] == found[1]
    assert in_force(found[0], mode) == in_force(told, mode)
