"""What a file's name says: the date it is about, and a pattern that its successors' names will match."""

import re
from dataclasses import dataclass

YEAR, MONTH, DAY = r"(?:19|20)\d{2}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
DATES = (
    (rf"(?<!\d){YEAR}-{MONTH}-{DAY}(?!\d)", r"\d{4}-\d{2}-\d{2}", "day"),
    (rf"(?<!\d){YEAR}{MONTH}{DAY}(?!\d)", r"\d{8}", "day"),
    (rf"(?<!\d){YEAR}-{MONTH}(?!\d)", r"\d{4}-\d{2}", "month"),
    (rf"(?<!\d){YEAR}{MONTH}(?!\d)", r"\d{6}", "month"),
    (rf"(?<!\d){YEAR}(?!\d)", r"\d{4}", "year"),
)


@dataclass(frozen=True)
class NamePattern:
    """A pattern of file names, and how fine its date is (day, month, year; empty without one)."""

    pattern: str
    grain: str

    def naming(self, field: str) -> "NamePattern":
        """The same pattern, with the date giving a field its value as well."""
        named = self.pattern.replace("(?P<business_date>", f"(?P<business_date>(?P<{field}>", 1)
        at = named.index(")", named.index(f"(?P<{field}>"))
        return NamePattern(named[:at] + ")" + named[at:], self.grain)


def name_pattern(name: str) -> NamePattern:
    """The pattern of a file name; its last date becomes the group `business_date`, other long numbers any number."""
    bare, packed = (name[:-3], r"(\.gz)?") if name.endswith(".gz") else (name, "")
    for found, shape, grain in DATES:
        if matches := list(re.finditer(found, bare)):
            start, end = matches[-1].span()
            pattern = f"{_literal(bare[:start])}(?P<business_date>{shape}){_literal(bare[end:])}"
            return NamePattern(pattern + packed, grain)
    return NamePattern(_literal(bare) + packed, "")


def _literal(text: str) -> str:
    escaped = re.sub(r"([.\\+*?^$(){}|\[\]])", r"\\\1", text)
    return re.sub(r"(?<=[_-])(?=[a-f]*\d)[0-9a-f]{7,40}(?=\\\.|$)", "[0-9a-f]+", re.sub(r"\d{5,}", r"\\d+", escaped))
