"""Which source column is which field: headers held against the contract, in both directions. No values are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.ingest.headers import matching, squeezed
from pipelines.ingest.privacy import shown_headers


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

    Raises DeliveryRefused when one is missing, occurs twice, or is there that nothing names. The row is taken for a header when
    half of the columns wanted are in it, or half of its cells are such columns; else its cells are probably data, and not shown.
    """
    wanted = _wanted(contract)
    hits = _hits(headers, wanted)
    missing = [name for name, _, optional in wanted if not hits[name] and not optional]
    doubled = [name for name, _, _ in wanted if len(hits[name]) > 1]
    known = sum(map(bool, hits.values()))
    is_header = 2 * known >= min(len(wanted), sum(map(bool, headers)))
    if missing or doubled:
        shown = shown_headers(contract, headers, is_header)
        raise DeliveryRefused(_refusal(contract, shown, name, missing, doubled))
    positions = {name: found[0] for name, found in hits.items() if found}
    unknown = _unknown(contract, headers, set(positions.values()))
    warnings = _told_unknown(contract, shown_headers(contract, unknown, is_header), name) if unknown else ()
    return Layout(positions, headers, warnings)


def _hits(headers: tuple[str, ...], wanted: list[tuple[str, tuple[str, ...], bool]]) -> dict[str, list[int]]:
    """Where each source column stands, under any of its spellings."""
    found: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        found.setdefault(squeezed(header), []).append(position)
    return {
        source_name: [p for spelling in dict.fromkeys(map(squeezed, spellings)) for p in found.get(spelling, [])]
        for source_name, spellings, _ in wanted
    }


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


def _refusal(contract: Contract, shown: str, name: str, missing: list[str], doubled: list[str]) -> str:
    parts = []
    if missing:
        parts.append("expected the column " + ", ".join(map(repr, missing)))
    if doubled:
        parts.append("expected once only " + ", ".join(map(repr, doubled)))
    return (
        f"{name}: {' and '.join(parts)} (contract {contract.id}), found {shown}. "
        f"Deliver the file with the promised columns, or change the contract. Row {contract.file.header_row} was read as header."
    )


def _unknown(contract: Contract, headers: tuple[str, ...], known: set[int]) -> list[str]:
    """Headers that the contract neither takes nor ignores."""
    return [
        header
        for position, header in enumerate(headers)
        if header and position not in known and matching(header, contract.ignored_columns) is None
    ]


def _told_unknown(contract: Contract, shown: str, name: str) -> tuple[str, ...]:
    """The warning about unknown columns. Raises DeliveryRefused where the contract does not put up with them."""
    if contract.unknown_columns == "warn":
        return (f"{name}: columns that contract {contract.id} does not name were left out: {shown}.",)
    raise DeliveryRefused(
        f"{name}: expected only the columns of contract {contract.id}, found also {shown}. "
        "Leave them out, or name them in the contract (as a field or under ignoredColumns)."
    )
