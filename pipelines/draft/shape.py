"""Where the table lies in the rows of a file: title rows, header, data, and the sender's sum rows at the end."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.draft.sniff import Row, Sniffed
from pipelines.draft.values import DATE_SHAPES, NUMBER, YEAR, Profile, profile
from pipelines.draft.words import concepts_of, vocabulary

MAX_TITLE_ROWS = 40
TOTAL = re.compile(r"(i alt|ialt|total|sum|subtotal|grand total|hovedtotal|samlet|resultat)\b.*|\*+", re.IGNORECASE)


@dataclass(frozen=True)
class Total:
    """How the sender's sum rows are recognised."""

    header: str
    pattern: str


@dataclass(frozen=True)
class Shape:
    """A file's table: what stands above it, its columns, and what is no data at its end."""

    header_row: int
    title: str
    headers: tuple[str, ...]
    columns: tuple[Profile, ...]
    rows: list[Row]
    total: Total | None = None
    footer: str = ""

    @property
    def doubled(self) -> frozenset[str]:
        """Headers that occur more than once, which a contract cannot tell apart."""
        seen = Counter(squeezed(h) for h in self.headers if h)
        return frozenset(h for h in self.headers if seen[squeezed(h)] > 1)


def squeezed(header: str) -> str:
    """A header as ingestion compares it."""
    return re.sub(r"\s+", " ", header.replace("\u00a0", " ").replace("[", "(").replace("]", ")")).strip().lower()


def shape_of(sniffed: Sniffed) -> Shape:
    """The table of a file."""
    rows = [row for row in sniffed.rows]
    at = 0 if sniffed.has_header_names else header_position(rows)
    headers = tuple((cell or "").strip() for cell in rows[at])
    while (
        headers
        and not headers[-1]
        and not any(len(r) > len(headers) - 1 and r[len(headers) - 1] for r in rows[at + 1 :])
    ):
        headers = headers[:-1]
    title = "\n".join(cell for row in rows[:at] for cell in row if cell)
    data = [row for row in rows[at + 1 :] if any(cell and cell.strip() for cell in row)]
    total, footer = (None, "") if sniffed.has_header_names else sum_rows(headers, data, sniffed.last_rows)
    kept = [row for row in data if not is_sum_row(row, headers, total)]
    columns = tuple(
        profile(header, n, [row[n] if n < len(row) else None for row in kept])
        for n, header in enumerate(headers)
        if header
    )
    return Shape(at + 1, title, headers, columns, kept, total, footer)


def header_position(rows: Sequence[Row]) -> int:
    """The first row that is as wide as the table, names its columns with different texts, and is known by its words."""
    widths = Counter(sum(bool(c and c.strip()) for c in row) for row in rows[:400])
    widths.pop(0, None)
    usual = max((w for w in widths if widths[w] >= max(widths.values()) / 4), default=1)
    scores = {n: _header_score(row, usual) for n, row in enumerate(rows[:MAX_TITLE_ROWS])}
    best = max(scores.values(), default=0.0)
    return next((n for n, score in scores.items() if score >= 0.8 * best and score > 0), 0)


def _header_score(row: Row, usual: int) -> float:
    cells = [c.strip() for c in row if c and c.strip()]
    if len(cells) < max(1, 0.5 * usual):
        return 0.0
    words = [c for c in cells if YEAR.fullmatch(c) or not (NUMBER.fullmatch(c) or _looks_dated(c) or len(c) > 90)]
    known = vocabulary().concepts
    understood = sum(any(concept in known for concept in concepts_of(c)) for c in words) / len(cells)
    different = len({squeezed(c) for c in cells}) / len(cells)
    return (len(words) / len(cells)) ** 2 * different * (1 + understood) * min(1.0, len(cells) / usual)


def _looks_dated(text: str) -> bool:
    return any(re.match(shape, text) for style, shape in DATE_SHAPES.items() if style != "yyyy-MM")


def sum_rows(headers: Sequence[str], data: Sequence[Row], last: Sequence[Row]) -> tuple[Total | None, str]:
    """How sum rows are recognised, and a last line that is neither data nor sum."""
    usual = sorted(sum(bool(c) for c in row) for row in data[:400])[len(data[:400]) // 2] if data else 0
    footer = ""
    for row in [*last[::-1], *data[::-1][:10]]:
        filled = [(n, c.strip()) for n, c in enumerate(row) if c and c.strip()]
        if not filled or filled[0][0] >= len(headers):
            continue
        position, text = filled[0]
        if TOTAL.fullmatch(text) and len(filled) <= max(2, 0.75 * usual) and headers[position]:
            return Total(headers[position], _pattern(text)), footer
        if len(filled) == 1 and usual >= 3 and not footer:
            footer = text
    return None, footer


def _pattern(text: str) -> str:
    if set(text) == {"*"}:
        return r"^\*+$"
    match = TOTAL.fullmatch(text)
    return "^" + re.escape(text[: match.end(1)] if match and match.group(1) else text).replace(r"\ ", " ")


def is_sum_row(row: Row, headers: Sequence[str], total: Total | None) -> bool:
    """Whether a row is one of the sender's sums."""
    if total is None:
        return False
    position = headers.index(total.header)
    return position < len(row) and bool(re.search(total.pattern, (row[position] or "").strip()))
