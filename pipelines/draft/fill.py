"""How fields that no column was found for get a value: composed keys, names as keys, dates of file names, constants."""

import re
from collections.abc import Sequence

from pipelines.contracts.catalogue import Dataset
from pipelines.draft.assign import Match
from pipelines.draft.proposal import Key, Proposal
from pipelines.draft.sniff import Row
from pipelines.draft.values import FISCAL_YEAR, YEAR, Profile
from pipelines.draft.wide import measure_field, measure_in
from pipelines.draft.words import is_personal

NAME_AS_KEY = {"system_key": "system_name", "contract_key": "contract_name", "project_code": "project_name",
               "budget_line_key": "budget_line_name"}  # fmt: skip
CONSTANTS = {
    "measure_code": "adopted",
    "line_code": "plan_adopted",
    "steering_area_code": "service",
    "version_code": "current",
}
MAX_WIDTH, FEW, ALSO = 80, 0.01, 0.5


def line_key(dataset: Dataset) -> str | None:
    """The field that tells one line of the dataset from another."""
    return next((name for name in NAME_AS_KEY if name in dataset.key), None)


def fill_key(proposal: Proposal, free: Sequence[Profile]) -> None:
    """Find what tells the rows apart: the key's column, the name where there is none, or either with one more column."""
    name = line_key(proposal.dataset)
    if name is None:
        return
    by_field = {m.field: m.column for m in proposal.matches}
    own = by_field.get(name) or by_field.get(NAME_AS_KEY[name])
    if own is None:
        return
    beside = [by_field[f] for f in proposal.dataset.key if f != name and f in by_field]
    if proposal.administration_match:
        beside.append(proposal.administration_match.column)
    repeated = _repeated([own, *beside], proposal.rows)
    columns = [own] if not repeated else _with_one_more(own, beside, free, proposal, repeated)
    if len(columns) > 1 or name not in by_field:
        proposal.matches = _without_key(proposal.matches, name, proposal.dataset)
        proposal.keys[name] = Key(tuple(c.header for c in columns))
        shown = " with ".join(repr(c.header) for c in columns)
        proposal.questions.append(f"Can {shown} be {name}? It tells the rows apart, or nearly so.")
    elif repeated:
        ask = f"Column {own.header!r} as {name} has the same value in {repeated} rows of the sample. What tells them apart?"
        proposal.questions.append(ask)


def _without_key(matches: list[Match], name: str, dataset: Dataset) -> list[Match]:
    """The matches without the key's; its column is then what it was second best for, if nothing else is."""
    taken = {m.field for m in matches}
    kept = [m for m in matches if m.field != name]
    for match in matches:
        if match.field == name and match.second in set(dataset.fields) - taken:
            kept.append(Match(match.second, match.column, ALSO))
    return kept


def _repeated(columns: Sequence[Profile], rows: Sequence[Row]) -> int:
    """How many rows have the same values in these columns as a row before them."""
    given = [tuple((row[c.position] or "").strip() if c.position < len(row) else "" for c in columns) for row in rows]
    given = [values for values in given if any(values)]
    return len(given) - len(set(given))


def _with_one_more(
    own: Profile, beside: Sequence[Profile], free: Sequence[Profile], proposal: Proposal, repeated: int
) -> list[Profile]:
    """The key's column and the one other that makes it tell rows apart: short, always filled, no amount.

    Where only few rows are repeated, they may be faults: then only a year is taken as a second part.
    """
    few = repeated <= FEW * len(proposal.rows)
    for other in sorted(free, key=lambda c: (not _is_year(c), abs(c.position - own.position))):
        if other is own or other in beside or not _may_be_part(other) or (few and not _is_year(other)):
            continue
        if not _repeated([own, other, *beside], proposal.rows):
            return sorted([own, other], key=lambda c: c.position)
    return [own]


def _is_year(column: Profile) -> bool:
    return max(column.share(YEAR), column.share(FISCAL_YEAR)) > 0.9


def _may_be_part(column: Profile) -> bool:
    fractions = column.share(re.compile(r"-?[\d. ]+[.,]\d\d"))
    return (
        column.filled > 0.95 and column.mean_length <= MAX_WIDTH and fractions < 0.5 and not is_personal(column.header)
    )


def fill_required(proposal: Proposal) -> None:
    """Constants and dates of file names for required fields that no column gives; what is left is missing."""
    given = (
        {m.field for m in proposal.matches} | set(proposal.keys) | (proposal.wide.fields if proposal.wide else set())
    )
    for name, definition in proposal.dataset.fields.items():
        if not definition.required or name in given:
            continue
        if name in ("version_code", "fiscal_year", "assessed_date") and _named_by_file(proposal, name):
            proposal.questions.append(
                f"No column gives {name}; it is taken from the date in the file name. Is that right?"
            )
        elif name in CONSTANTS:
            proposal.constants[name] = _constant(proposal, name)
            proposal.questions.append(
                f"No column gives {name}; {proposal.constants[name]!r} is a guess for the whole file."
            )
        else:
            proposal.missing.append(name)


def _named_by_file(proposal: Proposal, name: str) -> bool:
    grains = {"version_code": ("day", "month", "year"), "fiscal_year": ("year",), "assessed_date": ("day",)}[name]
    if proposal.names.grain not in grains or "(?P<" + name in proposal.names.pattern:
        return False
    if name == "assessed_date" and "-" not in proposal.names.pattern.partition("(?P<business_date>")[2][:14]:
        return False
    proposal.names = proposal.names.naming(name)
    return True


def _constant(proposal: Proposal, name: str) -> str:
    """What title or amount header says of a constant, else the usual value."""
    amount = next((m.column.header for m in proposal.matches if m.field == proposal.dataset.main_amount), "")
    if name == measure_field(proposal.dataset):
        return measure_in(amount, name) or CONSTANTS[name]
    return CONSTANTS[name]
