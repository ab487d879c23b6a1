"""Which source column is which field: headers held against the contract, in both directions. No values are looked at."""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused


@dataclass(frozen=True)
class Layout:
    """Positions of the contract's source columns in one file, and what else was found there."""

    positions: Mapping[str, int]
    headers: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def cell(self, source_name: str) -> str | None:
        """The SQL column of a source column, None when the file does not have it."""
        position = self.positions.get(source_name)
        return None if position is None else f"c{position}"


def match_headers(contract: Contract, headers: tuple[str, ...], name: str) -> Layout:
    """Find every source column that the contract names.

    Raises DeliveryRefused when one is missing, occurs twice, or is there that nothing names.
    """
    found: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        found.setdefault(_squeezed(header), []).append(position)
    positions: dict[str, int] = {}
    missing, doubled = [], []
    for source_name, spellings, optional in _wanted(contract):
        hits = [p for spelling in dict.fromkeys(map(_squeezed, spellings)) for p in found.get(spelling, [])]
        if len(hits) > 1:
            doubled.append(source_name)
        elif hits:
            positions[source_name] = hits[0]
        elif not optional:
            missing.append(source_name)
    if missing or doubled:
        raise DeliveryRefused(_refusal(contract, headers, name, missing, doubled))
    return Layout(positions, headers, _unknown(contract, headers, set(positions.values()), name))


def _wanted(contract: Contract) -> list[tuple[str, tuple[str, ...], bool]]:
    """Each source column with its spellings, and whether it may be missing. API records leave out what is empty."""
    lenient = contract.file.format in ("json", "ndjson", "xml")
    wanted = {}
    for column in contract.columns:
        for source_name in column.source_names:
            aliases = () if column.compose else column.aliases
            wanted[source_name] = (
                source_name,
                (source_name, *aliases, *contract.renamed.get(source_name, ())),
                column.optional or (lenient and not column.required),
            )
    others = [contract.administration.column]
    if contract.file.total_rows:
        others += [contract.file.total_rows.column, contract.file.total_rows.amount]
    others += [name for correction in contract.corrections for name in (*correction.where, correction.column)]
    others += list(contract.unpivot.columns) if contract.unpivot else []
    for other in others:
        if other and other not in wanted:
            wanted[other] = (other, (other, *contract.renamed.get(other, ())), False)
    return list(wanted.values())


def _refusal(contract: Contract, headers: tuple[str, ...], name: str, missing: list[str], doubled: list[str]) -> str:
    parts = []
    if missing:
        parts.append("expected the column " + ", ".join(map(repr, missing)))
    if doubled:
        parts.append("expected once only " + ", ".join(map(repr, doubled)))
    shown = ", ".join(repr(h) for h in headers[:60] if h)
    return (
        f"{name}: {' and '.join(parts)} (contract {contract.id}), found {shown or 'no header'}. "
        f"Deliver the file with the promised columns, or change the contract. Row {contract.file.header_row} was read as header."
    )


def _unknown(contract: Contract, headers: tuple[str, ...], known: set[int], name: str) -> tuple[str, ...]:
    patterns = [_squeezed(p) for p in contract.ignored_columns]
    unknown = [
        header
        for position, header in enumerate(headers)
        if header and position not in known and not any(fnmatch.fnmatchcase(_squeezed(header), p) for p in patterns)
    ]
    if not unknown:
        return ()
    text = ", ".join(map(repr, unknown[:30]))
    if contract.unknown_columns == "warn":
        return (f"{name}: columns that contract {contract.id} does not name were left out: {text}.",)
    raise DeliveryRefused(
        f"{name}: expected only the columns of contract {contract.id}, found also {text}. "
        "Leave them out, or name them in the contract (as a field or under ignoredColumns)."
    )


def _squeezed(header: str) -> str:
    return re.sub(r"\s+", " ", header.replace("\u00a0", " ").replace("[", "(").replace("]", ")")).strip().lower()
