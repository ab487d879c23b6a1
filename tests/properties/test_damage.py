"""Damaged files: whatever happens to a file on its way, it is accepted, loses rows to rejection with a reason, or is refused in
words. Never another error, never a hang, never a sum that is off without saying so."""

import contextlib
import csv
import faulthandler
import gzip
import io
import json
import random
import re
import signal
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.ingest.expressions import BLANKS
from tests.conforming import contract, run

KINDS = ("csv", "latin", "fixed", "json", "ndjson", "xml", "xlsx", "workbook", "parquet", "zip", "gz")
BATCHES, CASES = 5, 37  # 11 kinds x 5 batches x 37 cases = 2,035
SECONDS = 20
HEADERS = ("Bilag", "Dato", "Tekst", "Beløb")
NAMES = {"xlsx": "p.xlsx", "workbook": "p.xlsx", "zip": "p.zip", "gz": "p.csv.gz"}
outcomes: Counter[str] = Counter()

Record = tuple[str, str]  # the voucher and the amount as the file writes them


class Hang(BaseException):
    """A case took longer than a file of a few rows may."""


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    yield
    signal.alarm(0)
    faulthandler.cancel_dump_traceback_later()
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module", autouse=True)
def _told(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        reporter.write_line(f"\n{sum(outcomes.values())} damaged files: {told}")


# --- whole files


def table(chance: random.Random) -> list[list[str]]:
    """A few rows as a Danish ledger writes them."""
    rows = []
    for number in range(chance.randint(3, 12)):
        day = date(2026, 1, 1) + timedelta(days=chance.randint(0, 300))
        amount = f"{chance.randint(0, 9_999_999) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
        text = chance.choice(["Leje", "Husleje; juli", 'Skærm 27"', "Linje 1\nLinje 2", "", "Ærø"])
        rows.append([f"{number:04}", day.strftime("%d.%m.%Y"), text, amount + chance.choice(["", "-"])])
    return rows


def lines(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerows([HEADERS, *rows])
    return buffer.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sheet(rows: list[list[str]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.append(HEADERS)
    for code, day, text, amount in rows:
        page.append([code, day, text, float(plain(amount) or 0)])
    book.save(buffer)
    return buffer.getvalue()


def columns(rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({h: [row[n] for row in rows] for n, h in enumerate(HEADERS)}), buffer)
    return buffer.getvalue()


def elements(rows: list[list[str]]) -> str:
    root = ElementTree.Element("poster")
    for row in rows:
        record = ElementTree.SubElement(root, "post")
        for header, value in zip(HEADERS, row, strict=True):
            ElementTree.SubElement(record, header).text = value
    return ElementTree.tostring(root, encoding="unicode")


def padded(rows: list[list[str]]) -> str:
    return "".join("{:<8}{:<12}{:<16}{:>16}\n".format(r[0], r[1], r[2].replace("\n", " "), r[3]) for r in rows)


WRITERS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "csv": lambda rows: lines(rows).encode(),
    "latin": lambda rows: lines(rows).replace("\n", "\r\n").encode("windows-1252"),
    "fixed": lambda rows: padded(rows).encode(),
    "json": lambda rows: json.dumps([dict(zip(HEADERS, r, strict=True)) for r in rows]).encode(),
    "ndjson": lambda rows: "\n".join(json.dumps(dict(zip(HEADERS, r, strict=True))) for r in rows).encode(),
    "xml": lambda rows: elements(rows).encode(),
    "xlsx": sheet,
    "workbook": sheet,
    "parquet": columns,
    "zip": lambda rows: packed({"a.csv": lines(rows).encode(), "b.csv": lines(rows[:2]).encode()}),
    "gz": lambda rows: gzip.compress(lines(rows).encode()),
}


@cache
def agreed(kind: str) -> Contract:
    """The contract that a kind of file is read by."""
    properties = [
        {"name": "voucher_key", "physicalName": "Bilag", "logicalType": "string"},
        {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"},
        {"name": "posting_text", "physicalName": "Tekst", "logicalType": "string"},
        {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
    ]
    format_of = {"latin": "csv", "workbook": "xlsx", "zip": "csv", "gz": "csv"}
    layout: dict[str, Any] = {"format": format_of.get(kind, kind)}
    if kind == "latin":
        layout["encoding"] = "windows-1252"
    if kind == "xml":
        layout["recordPath"] = "post"
    if kind == "fixed":
        starts = {"Bilag": (1, 8), "Dato": (9, 12), "Tekst": (21, 16), "Beløb": (37, 16)}
        layout |= {"fixedWidth": [{"name": n, "start": s, "width": w} for n, (s, w) in starts.items()], "headerRow": 0}
    with tempfile.TemporaryDirectory() as folder:
        return contract(Path(folder), layout, properties, dates=["dd.MM.yyyy", "excel"])


# --- damage

NASTY = [
    b'"',
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\x01",
    b"'",
    b"-",
    b",",
    b"9",
    b"[",
    b"}",
    b"<",
    b"&",
    b"\xff",
    b"\xc3",
    b"E+9",
]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes after one accident on the way."""
    first, last = sorted(chance.sample(range(len(content) + 1), 2)) if content else (0, 0)
    piece = content[first : min(last, first + 40)]
    accidents: list[Callable[[], bytes]] = [
        lambda: content[:first],
        lambda: content[first:],
        lambda: content[:first] + content[first + len(piece) :],
        lambda: content[:first] + piece + content[first:],
        lambda: content[:first] + bytes(len(piece)) + content[first + len(piece) :],
        lambda: content[:first] + chance.randbytes(len(piece)) + content[first + len(piece) :],
        lambda: content[:last] + piece + content[last:],
        lambda: content + content,
        *(4 * [lambda: content[:first] + chance.choice(NASTY) + content[first:]]),
        *(4 * [lambda: content[:first] + chance.choice(NASTY) + content[first + 1 :]]),
        *(
            2
            * [
                lambda: (
                    content[:first]
                    + bytes([content[first % len(content)] ^ 1 << chance.randrange(8)])
                    + content[first + 1 :]
                )
            ]
        ),
    ]
    return chance.choice(accidents)()


def swapped(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    """Two columns in each other's place, below headers that stayed."""
    one, other = chance.sample(range(len(HEADERS)), 2)
    places = list(range(len(HEADERS)))
    places[one], places[other] = other, one
    return [[row[n] for n in places] for row in rows]


def one_case(kind: str, chance: random.Random) -> bytes:
    """A damaged file of a kind; of packed ones also what is inside."""
    rows = table(chance)
    if kind not in ("xlsx", "workbook") and chance.random() < 0.1:
        return WRITERS[kind](swapped(rows, chance))
    content = WRITERS[kind](rows)
    rounds = chance.choice([1, 1, 1, 2, 5])
    if kind == "workbook" or (kind == "zip" and chance.random() < 0.5):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        inner = chance.choice(
            [n for n in members if "sheet" in n or "shared" in n or n.endswith((".csv", "workbook.xml"))]
        )
        for _ in range(rounds):
            members[inner] = damaged(members[inner], chance)
        return packed(members)
    if kind == "gz" and chance.random() < 0.5:
        return gzip.compress(damaged(gzip.decompress(content), chance))
    for _ in range(rounds):
        content = damaged(content, chance)
    return content


# --- what an independent reader finds in the bytes


def plain(text: str) -> Decimal | None:
    """An amount as Danish ledgers write it; None when it is none."""
    text = text.strip(BLANKS).removeprefix("+").replace("\u2212", "-")
    text = "-" + text[:-1] if text.endswith("-") else text
    text = "-" + text[1:-1] if text.startswith("(") and text.endswith(")") else text
    try:
        return Decimal(text.replace(".", "").replace(",", "."))
    except InvalidOperation:
        return None


def found_in(kind: str, content: bytes) -> list[Record] | None:
    """Voucher and amount of every record, read without the pipeline; None where a file can only be read by the same parser."""
    if kind == "gz":
        return found_in("csv", gzip.decompress(content))
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [found_in("csv", archive.read(name)) or [] for name in sorted(archive.namelist())]
        return [record for part in parts for record in part]
    if kind in ("csv", "latin"):
        text = content.decode("utf-8-sig" if kind == "csv" else "windows-1252")
        return _of_lines(re.sub("\r\n?", "\n", text))
    if kind == "fixed":
        text = re.sub("\r\n?", "\n", content.decode("utf-8-sig"))
        return [(line[:8], line[36:52].rstrip("\x01")) for line in text.split("\n")]
    if kind in ("json", "ndjson"):
        text = content.decode("utf-8-sig")
        records = (
            json.loads(text) if kind == "json" else [json.loads(x) for x in re.split("[\r\n]+", text) if x.strip()]
        )
        return [(str(r.get("Bilag")), str(r.get("Beløb"))) for r in records if isinstance(r, dict)]
    if kind == "xml":
        posts = ElementTree.fromstring(content.decode("utf-8-sig")).iter("post")
        return [(post.findtext("Bilag") or "", post.findtext("Beløb") or "") for post in posts]
    return None


def _of_lines(text: str) -> list[Record]:
    """Records with all cells of the header; one delimiter too many at the end of a row does no harm."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=";")
    header = [h.strip().lower() for h in next(reader)]
    voucher, amount = header.index("bilag"), header.index("beløb")
    return [(row[voucher], row[amount]) for row in reader if len(row) >= len(header) and not any(row[len(header) :])]


def check(kind: str, content: bytes, folder: Path) -> str:
    """Conform one file and hold what came of it against the laws; the outcome in a word."""
    try:
        report, rows, faults = run(folder, agreed(kind), content, NAMES.get(kind, "p.dat"))
    except DeliveryRefused as refusal:
        said = str(refusal)
        return "refused" if NAMES.get(kind, "p.dat") in said and len(said) < 4000 else f"unclear refusal: {said}"
    assert report.source_rows == report.accepted_rows + report.rejected_rows
    assert len(rows) == report.accepted_rows
    assert len({fault[0] for fault in faults}) == report.rejected_rows
    amounts = [row["posting_amount"] for row in rows]
    assert report.accepted_amount == sum(amounts)
    assert report.source_amount is not None
    assert report.rejected_amount is not None
    assert report.source_amount == report.accepted_amount + report.rejected_amount
    records = found_in(kind, content)
    if records is not None:
        left = iter([(code.strip(BLANKS) or None, plain(amount)) for code, amount in records])
        for row in rows:  # each accepted row stands in the file, in that order, with that amount
            assert (row["voucher_key"], row["posting_amount"]) in left, (row, records)
    assert faults or report.warnings or not ends_open(kind, content), (
        "a last row that may be cut off, and nobody is told"
    )
    return "with rejected rows" if faults else "accepted"


def texts_in(kind: str, content: bytes) -> list[bytes]:
    """The delimited files that a delivery of a kind holds; none for other kinds."""
    if kind == "gz":
        return [gzip.decompress(content)]
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return [content] if kind in ("csv", "latin") else []


def ends_open(kind: str, content: bytes) -> bool:
    """Whether a delimited file ends without a line end: what stands last may have been longer."""
    return any(text and not text.endswith((b"\n", b"\r")) for text in texts_in(kind, content))


@pytest.mark.parametrize("batch", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, BATCHES))])
@pytest.mark.parametrize("kind", KINDS)
def test_damage_ends_in_acceptance_rejection_or_refusal(kind: str, batch: int, tmp_path: Path) -> None:
    for case in range(CASES):
        seed = f"{kind}/{batch}/{case}"
        content = one_case(kind, random.Random(seed))
        signal.alarm(SECONDS)
        faulthandler.dump_traceback_later(3 * SECONDS, exit=True)  # for a hang below Python, where no alarm is heard
        try:
            outcome = check(kind, content, tmp_path)
            assert not outcome.startswith("unclear"), outcome
            outcomes[outcome] += 1
        except BaseException as error:
            pytest.fail(f"{seed}: {type(error).__name__}: {str(error)[:600]}\n{content[:1500]!r}")


def repacked(kind: str, text: bytes) -> bytes:
    """A delivery of a kind whose last delimited file is `text`."""
    if kind == "zip":
        return packed({"a.csv": lines(table(random.Random(1))).encode(), "b.csv": text})
    return gzip.compress(text) if kind == "gz" else text


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_inside_the_last_cell_shows(kind: str, tmp_path: Path) -> None:
    """A file cut anywhere in its last cell is refused, loses a row with a reason, or is warned of: no sum is silently less."""
    rows = [row for row in table(random.Random(f"cut {kind}")) if not row[3].endswith("-")]
    rows[-1][3] = "9.831.234,56"
    whole = (texts_in(kind, WRITERS[kind](rows)) or [WRITERS[kind](rows)])[-1]
    if kind == "zip":
        whole = lines(rows).encode()
    sums = set()
    for cut in range(len(rows[-1][3]) + 3):
        with contextlib.suppress(DeliveryRefused):
            content = repacked(kind, whole[: len(whole) - cut])
            report, _, faults = run(tmp_path, agreed(kind), content, NAMES.get(kind, "p.dat"))
            if not faults and not report.warnings:
                sums.add(report.accepted_amount)
    beside = table(random.Random(1)) if kind == "zip" else []
    assert sums == {sum(plain(row[3]) or 0 for row in [*rows, *beside])}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_undamaged_are_accepted_whole(kind: str, tmp_path: Path) -> None:
    rows = table(random.Random(kind))
    report, _, faults = run(tmp_path, agreed(kind), WRITERS[kind](rows), NAMES.get(kind, "p.dat"))
    twice = rows[:2] if kind == "zip" else []
    assert faults == []
    assert report.accepted_amount == sum(plain(row[3]) or 0 for row in [*rows, *twice])


def test_the_suite_has_as_many_cases_as_it_promises() -> None:
    assert len(KINDS) * BATCHES * CASES >= 2_000
