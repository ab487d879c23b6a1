"""What the values of a column look like: dates, numbers, keys, codes. Nothing about headers or fields."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipelines.ingest.identifiers import classes_of, eans_of

MAX_DISTINCT = 40
D4, D2, D12 = r"(?P<y>\d{4})", r"\d{2}", r"\d{1,2}"
CLOCK = r"\d{2}:\d{2}"
DATE_SHAPES = {
    "yyyy-MM-dd": rf"{D4}-(?P<m>{D2})-(?P<d>{D2})",
    "dd-MM-yyyy": rf"(?P<d>{D12})-(?P<m>{D12})-{D4}",
    "dd.MM.yyyy": rf"(?P<d>{D12})\.(?P<m>{D12})\.{D4}",
    "dd/MM/yyyy": rf"(?P<d>{D12})/(?P<m>{D12})/{D4}",
    "MM/dd/yyyy": rf"(?P<m>{D12})/(?P<d>{D12})/{D4}",
    "yyyyMMdd": rf"(?P<y>(?:19|20)\d\d)(?P<m>{D2})(?P<d>{D2})",
    "yyyy/MM/dd": rf"{D4}/(?P<m>{D12})/(?P<d>{D12})",
    "yyyy.MM.dd": rf"{D4}\.(?P<m>{D12})\.(?P<d>{D12})",
    "dd-MM-yy": rf"(?P<d>{D2})-(?P<m>{D2})-(?P<yy>\d\d)",
    "dd.MM.yy": rf"(?P<d>{D2})\.(?P<m>{D2})\.(?P<yy>\d\d)",
    "dd/MM/yy": rf"(?P<d>{D12})/(?P<m>{D12})/(?P<yy>\d\d)",
    "yyyy-MM": rf"{D4}-(?P<m>{D2})",
    "MM/yyyy": rf"(?P<m>{D2})/{D4}",
}
CLOCK_SHAPES = {"": "", " HH:mm:ss": rf" {CLOCK}:\d{{2}}", " HH:mm": rf" {CLOCK}", "'T'HH:mm:ss'Z'": rf"T{CLOCK}:\d{{2}}Z",
                "'T'HH:mm:ss": rf"T{CLOCK}:\d{{2}}"}  # fmt: skip
EMPTY_DATES = re.compile(
    r"-|0000[-./]?00[-./]?00|00[-./]00[-./]0000|9999[-./]?12[-./]?31|31[-./]12[-./]9999|0|n/?a|ingen", re.I
)
NUMBER = re.compile(r"[-+−(]?\s?(\d{1,3}([.,' \u00a0\u202f]\d{3})+|\d+)([.,]\d*)?(e[+-]?\d+)?\)?\s?-?", re.I)
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
KLE = re.compile(r"\d{2}(\.\d{2}){0,3}(-[A-Z]\d{2})?")
FUNCTION = re.compile(r"\d{1,2}\.\d{2}\.\d{2}(\.\d+)*|0\d{5}")
YEAR = re.compile(r"(19|20)\d{2}")
FISCAL_YEAR = re.compile(r"(19|20)\d{2}\s*[-/]\s*(\d{2}|(19|20)\d{2})")
SEPARATORS = ("|", ";", ",", "+", "/", "\n")


@dataclass(frozen=True)
class Profile:
    """A column's header and its cells without blanks and blank ends."""

    header: str
    position: int
    values: tuple[str, ...]
    rows: int

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.values)

    @property
    def distinct(self) -> list[str]:
        return list(self.counts)

    @property
    def filled(self) -> float:
        return len(self.values) / self.rows if self.rows else 0.0

    @property
    def uniqueness(self) -> float:
        return len(self.counts) / len(self.values) if self.values else 0.0

    @cached_property
    def mean_length(self) -> float:
        return sum(map(len, self.distinct)) / len(self.counts) if self.counts else 0.0

    def share(self, pattern: re.Pattern[str]) -> float:
        """The share of distinct values that a pattern matches wholly."""
        return sum(1 for v in self.counts if pattern.fullmatch(v)) / len(self.counts) if self.counts else 0.0

    @cached_property
    def numeric(self) -> float:
        return self.share(NUMBER)

    @cached_property
    def date_style(self) -> tuple[str, float]:
        return date_style(self.distinct)

    @cached_property
    def cvr(self) -> float:
        """The share of values that are a Danish business number with a right check digit."""
        return classes_of(self.distinct).count("domestic") / len(self.counts) if self.counts else 0.0

    @cached_property
    def ean(self) -> float:
        """The share of values that are an EAN with a right check digit."""
        return sum(code is not None for code in eans_of(self.distinct)) / len(self.counts) if self.counts else 0.0

    @cached_property
    def keyish(self) -> float:
        """How much the values look like keys or codes: short, one word, with digits."""
        one_word = sum(1 for v in self.counts if len(v) <= 40 and not re.search(r"\s", v))
        return one_word / len(self.counts) if self.counts else 0.0

    @property
    def leading_zeros(self) -> bool:
        return any(re.fullmatch(r"0\d+", v) for v in self.counts)

    @property
    def is_code_like(self) -> bool:
        return len(self.counts) <= MAX_DISTINCT and self.uniqueness < 0.9


def profile(header: str, position: int, cells: Sequence[str | None]) -> Profile:
    """The profile of one column of a sample."""
    values = tuple(text for cell in cells if cell is not None and (text := cell.strip(" \t\r\n\u00a0\u202f\ufeff")))
    return Profile(header, position, values, len(cells))


def date_style(values: Sequence[str]) -> tuple[str, float]:
    """The style in which most values are dates, and their share among values that are not empty dates."""
    dated = [v for v in values if not EMPTY_DATES.fullmatch(v)]
    if not dated:
        return "", 0.0
    tail = _stray_tail(dated)
    best = ("", 0.0)
    for day, day_shape in DATE_SHAPES.items():
        for clock, clock_shape in CLOCK_SHAPES.items():
            pattern = re.compile(day_shape + clock_shape)
            share = sum(1 for v in dated if _is_date(pattern, v.removesuffix(tail))) / len(dated)
            if share > best[1]:
                best = (day + clock + (f"'{tail}'" if tail else ""), share)
    return best


def _stray_tail(values: Sequence[str]) -> str:
    """Letters that all values end in after a digit, such as the `l` of `2012-10-01l`."""
    tails = {re.sub(r"^.*\d", "", v, flags=re.S) for v in values}
    (tail,) = tails if len(tails) == 1 else {""}
    return "" if tail == "Z" or "'" in tail or len(tail) > 3 else tail


def _is_date(pattern: re.Pattern[str], text: str) -> bool:
    match = pattern.fullmatch(text)
    if not match:
        return False
    parts = match.groupdict()
    year = int(parts["y"]) if parts.get("y") else 2000 + int(parts["yy"])
    try:
        return 1900 <= date(year, int(parts["m"]), int(parts.get("d") or 1)).year <= 2200
    except ValueError:
        return False


def empty_dates(values: Sequence[str]) -> list[str]:
    """The texts among the values that stand for no date."""
    return sorted({v for v in values if EMPTY_DATES.fullmatch(v)})


def separator(values: Sequence[str]) -> str | None:
    """What stands between several codes in one cell, None when no cell holds several."""
    best: tuple[int, str] | None = None
    for candidate in SEPARATORS:
        hits = [v for v in values if candidate in v.strip(candidate)]
        parts = [part.strip() for v in hits for part in v.split(candidate)]
        if hits and all(0 < len(p) <= 40 and len(p.split()) <= 3 for p in parts) and (not best or len(hits) > best[0]):
            best = (len(hits), candidate)
    return best[1] if best else None


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written, and how sure that is (0 to 1)."""

    decimal: str = "."
    thousands: str = ""
    confidence: float = 1.0


def number_style(values: Sequence[str]) -> NumberStyle:
    """The decimal and thousands signs that explain the values best. `1.234` alone may be either: then the style is a guess."""
    votes: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    unclear: Counter[str] = Counter()
    for value in filter(NUMBER.fullmatch, values):
        text = re.sub(
            r"[-+−()]|e.*$", "", value.replace("\u00a0", " ").replace("\u202f", " ").strip(), flags=re.I
        ).strip()
        _vote(text, votes, groups, unclear)
    if votes:
        decimal = votes.most_common(1)[0][0]
        thousands = next((g for g, _ in groups.most_common() if g != decimal), "")
        thousands = thousands or ({",": ".", ".": ","}[decimal] if unclear[{",": ".", ".": ","}[decimal]] else "")
        return NumberStyle(decimal, thousands, votes[decimal] / votes.total())
    if groups or unclear:
        sign = (groups or unclear).most_common(1)[0][0]
        return NumberStyle("," if sign != "," else ".", sign, 0.9 if groups else 0.5)
    return NumberStyle()


def _vote(text: str, votes: Counter[str], groups: Counter[str], unclear: Counter[str]) -> None:
    """What one number says: its last sign is decimal when not three digits follow, or when another sign stands before it."""
    signs = re.findall(r"[.,' ]", text)
    if not signs:
        return
    last, before = signs[-1], set(signs[:-1])
    digits_after = len(text) - text.rindex(last) - 1
    if before and before != {last}:
        votes[last] += 1
        groups[next(iter(before - {last}))] += 1
    elif before or last in "' ":
        groups[last] += 1
    elif digits_after != 3 or text.startswith("0"):
        votes[last] += 1
    elif len(text) <= 7:
        unclear[last] += 1
    else:
        votes[last] += 1
