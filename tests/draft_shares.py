"""How much of a hand-written contract a draft finds again: the share of source columns that get the right canonical field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts.model import Contract
from pipelines.draft.proposal import Proposal
from pipelines.draft.propose import propose
from pipelines.draft.shape import squeezed

Meaning = frozenset[str]


@dataclass(frozen=True)
class Share:
    """Which of the columns that have a canonical field were found."""

    file: str
    found: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def value(self) -> float:
        return len(self.found) / (len(self.found) + len(self.wrong))

    def __str__(self) -> str:
        missed = f"; not: {', '.join(self.wrong)}" if self.wrong else ""
        return f"{self.file}: {self.value:.0%} of {len(self.found) + len(self.wrong)} columns{missed}"


def expected(contract: Contract, headers: tuple[str, ...]) -> dict[str, set[str]]:
    """The fields of every column of the file that the contract names; a column to unpivot with what it sets."""
    present = {squeezed(h): h for h in headers}
    meant: dict[str, set[str]] = {}
    for column in contract.columns:
        spellings = [*column.source_names, *(() if column.compose else column.aliases)]
        for header in (present[squeezed(s)] for s in spellings if squeezed(s) in present):
            meant.setdefault(header, set()).add(column.name)
    if contract.unpivot:
        meant |= {h: {f"{contract.unpivot.into} {_said(given)}"} for h, given in contract.unpivot.columns.items()}
    return meant


def drafted(proposal: Proposal) -> dict[str, set[str]]:
    """The same of a draft."""
    meant: dict[str, set[str]] = {}
    for match in proposal.fields:
        meant.setdefault(match.column.header, set()).add(match.field)
    for name, key in proposal.keys.items():
        for header in key.columns:
            meant.setdefault(header, set()).add(name)
    if proposal.wide:
        meant |= {h: {f"{proposal.wide.into} {_said(given)}"} for h, given in proposal.wide.columns.items()}
    return meant


def _said(given: Mapping[str, str]) -> str:
    return str(sorted(given.items()))


def share(contract: Contract, path: Path) -> tuple[Share, Proposal]:
    """Draft a contract for a file without its own, and compare."""
    proposal = propose(path, contract.dataset, contract.administration.code)
    wanted, given = expected(contract, proposal.shape.headers), drafted(proposal)
    found = tuple(h for h, fields in wanted.items() if fields & given.get(h, set()))
    return Share(f"{contract.id} {path.name}", found, tuple(h for h in wanted if h not in found)), proposal


def contract_of(contracts: list[Contract], folder: str, name: str) -> Contract | None:
    """The contract that a file of a landing folder has."""
    return next((c for c in contracts if c.folder == folder and re.fullmatch(c.file.file_pattern, name)), None)
