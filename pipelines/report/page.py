"""A page before it is written: where it lies, which template shows it, and what it shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.contracts.model import Contract
from pipelines.report.language import Language
from pipelines.report.released import Row, Tables


@dataclass(frozen=True)
class Page:
    """One page in one language. `path` is relative to the language's folder, `section` the menu's entry that it belongs to."""

    path: str
    template: str
    title: str
    section: str
    content: dict[str, Any] = field(default_factory=dict)
    tables: tuple[str, ...] = ()  # whose rows can be fetched beside it
    is_alone: bool = False  # sent by itself: no link to other pages, and its dress inside it

    @property
    def is_charted(self) -> bool:
        """True of a page that shows a chart."""
        return any(isinstance(value, dict) and "$schema" in value for value in self.content.values())

    @property
    def root(self) -> str:
        """The way from the page to its language's folder."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Sources:
    """What every page is made from: tables, the row that says which release it is, the language, and the contracts in force."""

    tables: Tables
    release: Row
    language: Language
    contracts: tuple[Contract, ...] = ()


Pages = Callable[[Sources], Iterator[Page]]
