"""Propose a contract for one file: puts together what the other modules find, and asks about whatever is a guess. Writes nothing."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.contracts.catalogue import Dataset
from pipelines.draft import hints
from pipelines.draft.assign import ADMINISTRATION, SURE, Match, assign, candidates
from pipelines.draft.fill import fill_key, fill_required
from pipelines.draft.names import name_pattern
from pipelines.draft.proposal import Proposal
from pipelines.draft.shape import shape_of
from pipelines.draft.sniff import sniff
from pipelines.draft.values import Profile, number_style
from pipelines.draft.wide import find_wide


def propose(path: Path, dataset: Dataset, administration: str | None = None) -> Proposal:
    """The contract that a file seems to need. Raises PortfolioError when the file cannot be read."""
    sniffed = sniff(path)
    shape = shape_of(sniffed)
    wide = find_wide([c for c in shape.columns if c.header not in shape.doubled], dataset)
    beside = set(wide.columns) | set(wide.repeated) if wide else set()
    free = [c for c in shape.columns if c.header not in beside | shape.doubled]
    fields = candidates(dataset, administration is None, wide.fields if wide else ())
    proposal = Proposal(
        dataset=dataset,
        file_name=path.name,
        owner=administration or "",
        sniffed=sniffed,
        shape=shape,
        names=name_pattern(path.name),
        wide=wide,
        matches=assign(free, dataset, fields),
    )
    _whose(proposal, path)
    fill_key(proposal, free)
    fill_required(proposal)
    _amounts(proposal)
    _ask(proposal)
    return proposal


def _whose(proposal: Proposal, path: Path) -> None:
    """Whose rows these are: the code given, a column that names the administration, or the landing folder."""
    by_field = {m.field: m for m in proposal.matches}
    named = by_field.get(ADMINISTRATION) or by_field.get("administration_name")
    if proposal.owner:
        proposal.administration = {"code": proposal.owner}
    elif named:
        proposal.owner, proposal.administration_match = "_shared", named
        proposal.administration = {"column": named.column.header}
        proposal.questions.append(
            f"Column {named.column.header!r} seems to name the administration. Are its values the codes of "
            "reference/administration.csv? If not, add a codeList."
        )
    else:
        folder = path.parent.name if path.parent.parent.name == "landing" and path.parent.name != "_shared" else ""
        proposal.owner = re.sub(r"[^a-z0-9_]", "_", folder.lower()) or "unknown"
        proposal.administration = {"code": proposal.owner}
        if proposal.owner == "unknown":
            proposal.questions.append(
                "Whose file is it? No column names an administration: give --administration CODE."
            )


def _amount_columns(proposal: Proposal) -> list[Profile]:
    wide = set(proposal.wide.columns) if proposal.wide else set()
    numeric = ("amount", "number", "integer")
    matched = [m.column for m in proposal.fields if proposal.definition(m.field).type in numeric]
    return matched + [c for c in proposal.shape.columns if c.header in wide]


def _amounts(proposal: Proposal) -> None:
    """Number style, unit, sign, VAT and price level."""
    columns = _amount_columns(proposal)
    proposal.numbers = number_style([v for c in columns for v in c.distinct])
    title = proposal.shape.title
    proposal.unit = hints.unit_of(title)
    proposal.price_year = hints.price_year_of(title)
    money = [m for m in proposal.fields if proposal.definition(m.field).type == "amount"]
    wide = list(proposal.wide.columns) if proposal.wide else []
    units = {m.field: hints.unit_of(m.column.header) for m in money}
    wide_units = {hints.unit_of(header) for header in wide} - {1}
    if wide_units:
        proposal.unit = wide_units.pop()
    if money and all(unit == units[money[0].field] != 1 for unit in units.values()):
        proposal.unit = units[money[0].field]
    proposal.units = {name: unit for name, unit in units.items() if unit not in (1, proposal.unit)}
    proposal.with_vat = any(hints.says_with_vat(text) for text in (title, *(m.column.header for m in money)))
    if proposal.dataset.name == "postings" and money and hints.mostly_negative(money[0].column.values):
        proposal.sign = -1
        proposal.questions.append(
            f"Most amounts of {money[0].column.header!r} are negative: costs seem to be, so sign is -1. Is that so?"
        )


def _ask(proposal: Proposal) -> None:
    """Questions about whatever is a guess."""
    for match in proposal.fields:
        proposal.questions += _about_column(proposal, match)
    proposal.questions += [*_about_amounts(proposal), *_about_file(proposal)]


def _about_column(proposal: Proposal, match: Match) -> Iterator[str]:
    header = match.column.header
    if match.confidence < SURE:
        rival = f" It may be {match.second} instead." if match.second else ""
        yield f"Is column {header!r} really {match.field} (confidence {match.confidence:.2f})?{rival}"
    lists = proposal.code_list(match)
    if lists and lists.unknown:
        yield f"What do these values of {header!r} mean: {_shown(lists.unknown)}?"
    style = proposal.dates_of(match)
    if style.startswith(("dd/MM", "MM/dd")) and _may_be_either(match.column):
        yield f"Dates of {header!r} may be dd/MM or MM/dd; {style} was taken."


def _about_amounts(proposal: Proposal) -> Iterator[str]:
    style = proposal.numbers
    if style.confidence < SURE:
        yield f"Numbers may be written in another way than decimal {style.decimal!r}, thousands {style.thousands!r}."
    if proposal.unit != 1 or proposal.units:
        yield "A title or header says that amounts are in thousands or millions. Are all of them?"
    elif not style.thousands and any(
        re.search(r"[.,]\d{3}$", v) for c in _amount_columns(proposal) for v in c.distinct[:50]
    ):
        yield "Amounts have three decimals: are they in thousands or millions?"


def _about_file(proposal: Proposal) -> Iterator[str]:
    if not proposal.names.grain:
        yield "The file name holds no date: how is the date known that a delivery is about?"
    if proposal.sniffed.has_open_end:
        yield "The last row has no line end: is the file whole, and does this sender never write one? If not, remove finalLineEnd."
    if proposal.shape.footer:
        yield f"The last line is {proposal.shape.footer[:80]!r}: is it data?"
    if all(re.fullmatch(r"[\d.,-]+", h) for h in proposal.shape.headers if h):
        yield "No header row was found: contracts need one."


def _may_be_either(column: Profile) -> bool:
    days = [re.split(r"\D", v)[:2] for v in column.distinct]
    return all(len(d) == 2 and all(p.isdigit() and int(p) <= 12 for p in d) for d in days)


def _shown(texts: Sequence[str]) -> str:
    return ", ".join(repr(t) for t in texts[:12]) + (" and more" if len(texts) > 12 else "")
