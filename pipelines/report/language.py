"""What a page says in one language: standing texts, codes, and figures as that language writes them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern
from markupsafe import Markup, escape

from pipelines.contracts.catalogue import datasets
from pipelines.files import parse_yaml

WORDS = Path(__file__).with_name("words.yml")
LANGUAGES = ("da", "en")
MILLION = 1_000_000
KNOWN_CURRENCIES = {"DKK": "kr."}


@cache
def known_words() -> dict[str, dict[str, Any]]:
    """Texts and codes of words.yml, read once."""
    content: dict[str, dict[str, Any]] = parse_yaml(WORDS.read_text("utf-8"))
    return content


@cache
def _pattern(decimals: int) -> NumberPattern:
    """How a number is written; parsing this anew for each of some 100,000 figures would take most of a report's time."""
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@lru_cache(maxsize=1 << 16)  # the same figure stands on several pages; of zeros there is one, without a sign
def _number_written(value: Any, decimals: int, code: str) -> str:
    return str(_pattern(decimals).apply(value or 0, _locale(code))).replace("-", "\N{MINUS SIGN}")


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@dataclass(frozen=True)
class Language:
    """One of the languages of the pages. Figures come as `<data value=…>`, whose value is exactly that of the table."""

    code: str
    currency: str

    def text(self, english: str, **values: Any) -> Markup:
        """A standing text, given by its English; raises KeyError when nobody has translated it."""
        found = english if self.code == "en" else known_words()["texts"][english]
        return Markup(found).format(**values) if "{" in found else Markup(found)  # noqa: S704  the texts are ours, the values are escaped

    def word(self, code: str | None) -> str:
        """What people call a code of the tables; the code itself where it has no other name."""
        if code is None:
            return str(self.text("unknown"))
        names = known_words()["codes"].get(code)
        return code.replace("_", " ") if names is None else str(names[LANGUAGES.index(self.code)])

    def words(self, codes: str | None) -> str:
        """Several codes, which the tables separate by `|`."""
        return ", ".join(self.word(code) for code in (codes or "").split("|") if code)

    def dataset(self, name: str) -> str:
        """What a dataset is called."""
        return datasets()[name].label_da if self.code == "da" and name in datasets() else name

    def number(self, value: Decimal | int | float | None, decimals: int = 0) -> Markup:
        """A count or ratio with thousands separated."""
        return self._figure(value, lambda known: self._written(known, decimals))

    def percent(self, value: Decimal | int | float | None) -> Markup:
        """A share that is given in per cent."""
        return self._figure(value, lambda known: f"{self._written(known, 0)} %")

    def money(self, value: Decimal | int | float | None) -> Markup:
        """An amount: in millions with one decimal from a million, else whole."""
        return self._figure(value, self._money_written)

    def millions(self, value: Decimal | int | float | None, decimals: int = 1) -> Markup:
        """An amount in millions, for a column whose heading says so."""
        return self._figure(value, lambda known: self._written(Decimal(str(known)) / MILLION, decimals))

    def day(self, value: date | None) -> str:
        """A day, with its month by name so that nobody mistakes it."""
        return str(self.text("unknown")) if value is None else format_date(value, "d. MMM y", locale=self.code)

    @property
    def currency_name(self) -> str:
        """What people call the currency: kr. for DKK, else its ISO 4217 code."""
        return KNOWN_CURRENCIES.get(self.currency, self.currency)

    @property
    def million_name(self) -> str:
        """Heading of a column in millions."""
        return f"{self.text('m')} {self.currency_name}"

    def _figure(self, value: Any, written: Any) -> Markup:
        if value is None:
            return Markup('<span class="unknown">{}</span>').format(self.text("unknown"))
        # Not Markup.format, which takes ten times as long: a report has tens of thousands of figures.
        return Markup(f'<data value="{escape(value)}">{escape(written(value))}</data>')  # noqa: S704

    def _money_written(self, value: Any) -> str:
        if abs(value) >= MILLION:
            return f"{self._written(Decimal(str(value)) / MILLION, 1)} {self.million_name}"
        return f"{self._written(value, 0)} {self.currency_name}"

    def _written(self, value: Any, decimals: int) -> str:
        return _number_written(value, decimals, self.code)
