"""What titles and headers hint at: amount units, VAT, price level, signs. Hints are always for a person to check."""

import re
from collections.abc import Sequence

MILLION = re.compile(r"\bmio\b|million|\bmkr\b|\bm(kr|dkk|gbp|usd|eur)\b", re.I)
THOUSAND = re.compile(
    r"\bt\.? ?kr|\btkr|(?<!\d)1[.,  ]?000 ?(kr|dkk|£|\$|€)|tusind|\bkkr\b|\bk?dkk000|'000|thousand|\bteur\b|\btdkk\b",
    re.I,
)
WITH_VAT = re.compile(r"(inkl|incl|including|med)\.? ?(moms|vat)", re.I)
PRICE_YEAR = re.compile(
    r"((?:19|20)\d{2})[- ]?(?:p/?l|pl|priser|prices|prisniveau)|(?:p/l|prisniveau|price level)[- :]*((?:19|20)\d{2})",
    re.I,
)


def unit_of(text: str) -> int:
    """The unit that a header or title says amounts are in: 1, 1000 or 1000000."""
    spaced = text.replace("_", " ")
    if MILLION.search(spaced):
        return 1_000_000
    return 1000 if THOUSAND.search(spaced) else 1


def says_with_vat(text: str) -> bool:
    """Whether a title or header says that VAT is in the amounts."""
    return bool(WITH_VAT.search(text))


def price_year_of(text: str) -> int | None:
    """The year whose prices a title says the amounts are in."""
    match = PRICE_YEAR.search(text)
    return int(match.group(1) or match.group(2)) if match else None


def mostly_negative(values: Sequence[str]) -> bool:
    """Whether most amounts are negative, as in a supplier ledger."""
    given = [v for v in values if re.search(r"[1-9]", v)]
    negative = sum(1 for v in given if v.lstrip().startswith(("-", "−", "(")) or v.rstrip().endswith("-"))
    return len(given) >= 5 and negative > 0.8 * len(given)
