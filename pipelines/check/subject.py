"""What is to be checked: a file's contract, its business date, and the delivery it would be. Content is hashed, not read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused, PortfolioError
from pipelines.files import sha256_of
from pipelines.ingest.archive import Archive, Delivery, delivery_id
from pipelines.ingest.landing import Sidecar, last_day, read_sidecar

DateOrigin = Literal["file_name", "sidecar", "today"]
MONTHS_OR_DAYS = "Use such as 2026-09-30 or 2026-09."


class ContractNotFound(PortfolioError):
    """No contract, or more than one, could be meant; the command was used wrongly."""


@dataclass(frozen=True)
class Subject:
    """One file under one contract, as the delivery it would be.

    `earlier`: deliveries before it, oldest first. `known`: this very delivery, when it was received before. `fault`: why the
    nightly run would not even take the file from landing; the business date is then today's.
    """

    path: Path
    contract: Contract
    delivery: Delivery
    date_origin: DateOrigin
    name_matches: bool
    earlier: tuple[Delivery, ...] = ()
    known: Delivery | None = None
    fault: str | None = None


def contract_of(configuration: Configuration, file_name: str, contract_id: str | None) -> Contract:
    """The contract named, else the one whose filePattern matches the file's name.

    Raises ContractNotFound, with what there is to choose from, when there is none or more than one.
    """
    contracts = configuration.contracts
    if contract_id is not None:
        named = [c for c in contracts if c.id == contract_id]
        if not named:
            ids = ", ".join(c.id for c in contracts)
            raise ContractNotFound(f"No active contract {contract_id!r}. The contracts of this instance: {ids}.")
        return named[0]
    matching = [c for c in contracts if re.fullmatch(c.file.file_pattern, file_name)]
    if len(matching) == 1:
        return matching[0]
    found = " and ".join(c.id for c in matching) or "none"
    patterns = "\n".join(f"  {c.id}: {c.file.file_pattern}" for c in matching or contracts)
    raise ContractNotFound(
        f"{file_name}: expected exactly one contract whose filePattern matches the name, found {found}. "
        f"Name the contract with --contract, or rename the file. The patterns:\n{patterns}"
    )


def subject_of(configuration: Configuration, path: Path, contract: Contract, now: datetime) -> Subject:
    """The file as the delivery that the nightly run would make of it if it were received `now`."""
    match = re.fullmatch(contract.file.file_pattern, path.name)
    sidecar = Sidecar()
    business_date, fault = now.astimezone(UTC).date(), None
    origin: DateOrigin = "today"
    try:
        sidecar = read_sidecar(path, path.name)
        business_date, origin = _business_date(path.name, match, sidecar, business_date)
    except PortfolioError as error:
        fault = str(error)
    content_sha256 = sha256_of(path)
    identity = delivery_id(contract.id, business_date, content_sha256)
    past = [d for d in Archive(configuration.instance.archive).deliveries() if d.contract_id == contract.id]
    known = next((d for d in past if d.delivery_id == identity), None)
    delivery = Delivery(
        delivery_id=identity,
        contract_id=contract.id,
        business_date=business_date,
        received_at=known.received_at if known else now,
        content_sha256=content_sha256,
        byte_count=path.stat().st_size,
        file_name=path.name,
        landing_path=f"{contract.folder.rstrip('/')}/{path.name}",
        control_totals=tuple(sorted((k, str(v)) for k, v in sidecar.control_totals if v is not None)),
    )
    earlier = sorted((d for d in past if _order(d) < _order(delivery)), key=_order)
    return Subject(path, contract, delivery, origin, match is not None, tuple(earlier), known, fault)


def _order(delivery: Delivery) -> tuple[date, datetime, str]:
    """The order in which the nightly run looks at the deliveries of one contract."""
    return (delivery.business_date, delivery.received_at, delivery.delivery_id)


def _business_date(name: str, match: re.Match[str] | None, sidecar: Sidecar, today: date) -> tuple[date, DateOrigin]:
    named = match.groupdict().get("business_date") if match else None
    text = named or sidecar.business_date
    if text is None:
        return today, "today"
    try:
        return last_day(str(text)), "file_name" if named else "sidecar"
    except ValueError as error:
        raise DeliveryRefused(f"{name}: {text!r} is no business date ({error}). {MONTHS_OR_DAYS}") from error
