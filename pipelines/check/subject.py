"""What is to be checked: a file's contract (or a set's), its business date, and the delivery it would be. Content is hashed, not read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, TypeVar

from pipelines.check.files import WronglyUsed, files_together
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import PortfolioError
from pipelines.ingest.archive import Archive, Delivery, refuse_forgotten
from pipelines.ingest.delivering import (
    ReceivedFile,
    assembled,
    check_complete,
    control_totals,
    group_key,
    stated_date,
)

A = TypeVar("A")
T = TypeVar("T")
DateOrigin = Literal["file_name", "sidecar", "today"]


@dataclass(frozen=True)
class Subject:
    """The files of one delivery under one contract, as the delivery they would be.

    `contents`: in the order of the delivery's files. `earlier`: deliveries before it, oldest first. `known`: this very
    delivery, when it was received before. `faults`: why the nightly run would not even take it from landing. `date_origin`
    is None when the business date is faulty; today's is then taken.
    """

    contents: tuple[Path, ...]
    contract: Contract
    delivery: Delivery
    date_origin: DateOrigin | None
    name_matches: bool
    earlier: tuple[Delivery, ...] = ()
    known: Delivery | None = None
    faults: tuple[str, ...] = ()


def contract_of(configuration: Configuration, file_name: str, contract_id: str | None) -> Contract:
    """The contract named, else the one whose filePattern matches the file's name.

    Raises WronglyUsed, with what there is to choose from, when there is none or more than one.
    """
    contracts = configuration.contracts
    if contract_id is not None:
        named = [c for c in contracts if c.id == contract_id]
        if not named:
            ids = ", ".join(c.id for c in contracts)
            raise WronglyUsed(f"No active contract {contract_id!r}. The contracts of this instance: {ids}.")
        return named[0]
    matching = [c for c in contracts if re.fullmatch(c.file.file_pattern, file_name)]
    if len(matching) == 1:
        return matching[0]
    found = " and ".join(c.id for c in matching) or "none"
    patterns = "\n".join(f"  {c.id}: {c.file.file_pattern}" for c in matching or contracts)
    raise WronglyUsed(
        f"{file_name}: expected exactly one contract whose filePattern matches the name, found {found}. "
        f"Name the contract with --contract, or rename the file. The patterns:\n{patterns}"
    )


def subject_of(configuration: Configuration, paths: Sequence[Path], contract: Contract, now: datetime) -> Subject:
    """The files as the delivery that the nightly run would make of them if they were received `now`.

    Raises WronglyUsed when they cannot be one delivery of the contract.
    """
    together, faults = files_together(contract, paths, now)
    files = list(together.values())
    name_matches = all(re.fullmatch(contract.file.file_pattern, file.name) for file in files)
    if name_matches:  # else a warning says that the nightly run would not find the file
        _kept(faults, group_key, files[0])
    business_date, origin = _business_date(files[0], faults)
    totals = _kept(faults, control_totals, files)
    _kept(faults, check_complete, files)
    delivery = assembled(files, business_date, totals or ())
    archive = Archive(configuration.instance.archive)
    tombstones = archive.tombstones()
    for file in files:
        _kept(faults, lambda f: refuse_forgotten(f.name, f.content_sha256 or "", tombstones), file)
    past = [d for d in archive.deliveries() if d.contract_id == contract.id and not d.forgotten]
    known = next((d for d in past if d.delivery_id == delivery.delivery_id), None)
    delivery = replace(
        delivery,
        received_at=known.received_at if known else now,
        landing_path="/".join([contract.folder.rstrip("/"), *([] if delivery.parts else [delivery.file_name])]),
    )
    by_name = {path.name: path for path in together}
    return Subject(
        contents=tuple(by_name[name] for name in delivery.file_names),
        contract=contract,
        delivery=delivery,
        date_origin=origin,
        name_matches=name_matches,
        earlier=tuple(sorted((d for d in past if _order(d) < _order(delivery)), key=_order)),
        known=known,
        faults=tuple(faults),
    )


def _order(delivery: Delivery) -> tuple[date, datetime, str]:
    """The order in which the nightly run looks at the deliveries of one contract."""
    return (delivery.business_date, delivery.received_at, delivery.delivery_id)


def _business_date(file: ReceivedFile, faults: list[str]) -> tuple[date, DateOrigin | None]:
    """What the file is about, and where that stands; today and nowhere when that is faulty."""
    stated = _kept(faults, stated_date, file)
    return stated or (file.received_at.astimezone(UTC).date(), None if faults else "today")


def _kept(faults: list[str], ask: Callable[[A], T], of: A) -> T | None:
    """The answer; None when it raises, and then the reason is kept."""
    try:
        return ask(of)
    except PortfolioError as error:
        if str(error) not in faults:
            faults.append(str(error))
        return None
