"""An extract: the rows of one delivered file with what is true of each, the sender's habits, and the faults planted in it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from pipelines.sample.formats import Cell

T = TypeVar("T")
ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Part:
    """One amount in a row: a measure of a budget or a line of an investment, by year and version; None is unknown."""

    name: str
    year: int
    version: str
    amount: Decimal | None


@dataclass(frozen=True)
class Line:
    """One row of a file: its cells by header, the amount it stands for in kr., and what it is about.

    `fault` is empty for a good row, "total" for a sender's sum row, else the reason kind for which it will be rejected.
    """

    cells: Mapping[str, object]
    amount: Decimal | None = None
    origin: object | None = None
    fault: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A bad row to plant: a copy of some row with one cell changed. `not_a_row` adds a cell instead.

    `loses` is set where the cell is an amount that nobody can read: the name of the part of the row, or "all".
    """

    kind: str
    column: str = ""
    value: str | None = None
    loses: str = ""


@dataclass(frozen=True)
class Extract:
    """One delivered file."""

    contract_id: str
    file_name: str
    business_date: date
    lines: Sequence[Line]
    first_row: int
    content: bytes
    days_later: int = 6
    states_business_date: bool = False
    control_totals: bool = False
    in_force: bool = True
    note: str = ""

    @property
    def folder(self) -> str:
        """The landing folder: the part of the contract's id before the dot."""
        return self.contract_id.partition(".")[0]

    @property
    def received_at(self) -> datetime:
        """A morning some days after the business date."""
        day = self.business_date + timedelta(days=self.days_later)
        return datetime.combine(day, time(7, 12), ZONE)

    def numbered(self) -> list[tuple[int, Line]]:
        """All rows but the sender's sums, each with its number in the file."""
        return [(n, line) for n, line in enumerate(self.lines, start=self.first_row) if line.fault != "total"]

    def amount_of(self, accepted: bool) -> Decimal:
        """The sum of the amounts of good rows, or of planted bad ones as far as they can be read."""
        return sum(
            (line.amount or Decimal(0) for _, line in self.numbered() if (not line.fault) == accepted), Decimal(0)
        )


def plant(lines: Sequence[Line], faults: Sequence[Fault], seed: str, key: tuple[str, str] | None = None) -> list[Line]:
    """Insert one bad row per fault at a random place.

    `key` (column, prefix) gives each a key of its own, so that it is bad for one reason only.
    """
    rng = random.Random(seed)
    good = list(lines)
    result = list(lines)
    for number, fault in enumerate(faults, start=1):
        model = rng.choice(good)
        cells = dict(model.cells)
        if key and fault.kind != "repeated_key":
            cells[key[0]] = f"{key[1]}{number}"
        if fault.column:
            cells[fault.column] = fault.value
        parts = tuple(p for p in model.parts if p.name != fault.loses)
        readable = whole(model, parts).amount if parts else model.amount
        amount = None if fault.loses == "all" or fault.kind == "not_a_row" else readable
        place = rng.randrange(len(result) // 2, len(result))
        if fault.kind == "repeated_key":
            place = len(result)
        result.insert(place, Line(cells, amount, None, fault.kind))
    return result


def table(headers: Sequence[str], lines: Sequence[Line], above: Sequence[Sequence[Cell]] = ()) -> list[list[Cell]]:
    """Rows of cells: what stands above, the header, the lines in the header's order; a not_a_row has a cell too many."""
    rows: list[list[Cell]] = [*map(list, above), list(headers)]
    for line in lines:
        cells: list[Cell] = [line.cells.get(h) for h in headers]  # type: ignore[misc]
        rows.append([*cells, "ekstra"] if line.fault == "not_a_row" else cells)
    return rows


def lines_of(items: Sequence[T], columns: Mapping[str, Callable[[T], object]]) -> list[Line]:
    """One line per item, each cell made by its column's function."""
    return [Line({header: make(item) for header, make in columns.items()}, None, item) for item in items]


def with_amounts(lines: Sequence[Line], amount: Callable[[Line], Decimal]) -> list[Line]:
    """The same lines, each knowing the amount it stands for."""
    return [replace(line, amount=amount(line)) for line in lines]


def with_parts(lines: Sequence[Line], parts: Callable[[Line], tuple[Part, ...]]) -> list[Line]:
    """The same lines, each knowing the amounts in it and their sum."""
    return [whole(line, parts(line)) for line in lines]


def whole(line: Line, parts: tuple[Part, ...]) -> Line:
    """The line with its parts and their sum."""
    return replace(line, parts=parts, amount=sum((p.amount for p in parts if p.amount is not None), Decimal(0)))


def danish_number(value: Decimal, thousands: str = ".", minus_after: bool = False, places: int = 2) -> str:
    """1.234,56 and, for SAP, 1.234,56- for the same below zero."""
    text = f"{abs(value):,.{places}f}".replace(",", " ").replace(".", ",").replace(" ", thousands)
    if value >= 0:
        return text
    return f"{text}-" if minus_after else f"-{text}"


def danish_date(day: date | None, separator: str = "-", empty: str = "") -> str:
    """31-12-2026, or what the sender writes for no date."""
    return day.strftime(f"%d{separator}%m{separator}%Y") if day else empty


def plain(value: object) -> str:
    """A cell as text, empty for None."""
    return "" if value is None else str(value)
