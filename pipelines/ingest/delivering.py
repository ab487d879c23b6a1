"""From files under one contract to the delivery they make: one file, or the parts that the contract names together.

Names, hashes and sidecars only: no file is opened for its content. Landing and `portfolio check` share it.
"""

import calendar
import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import DATE_GROUP, PART_GROUP
from pipelines.errors import PortfolioError
from pipelines.ingest.archive import Delivery, DeliveryPart, delivery_id
from pipelines.ingest.sidecar import SIDECAR, Sidecar

TOTALS = ("rows", "amount")
Totals = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReceivedFile:
    """One file under its contract, with what its name (`named`: the groups of filePattern) and its sidecar say of it.

    `relative` is its path for messages. `content_sha256` is None while it is still being written.
    """

    contract: Contract
    relative: str
    named: Mapping[str, str | None]
    sidecar: Sidecar
    received_at: datetime
    byte_count: int
    content_sha256: str | None

    @property
    def name(self) -> str:
        return self.relative.rsplit("/", 1)[-1]

    @property
    def part(self) -> str:
        """Which part of its delivery it is; empty when the contract names none."""
        return self.named.get(PART_GROUP) or ""


def last_day(text: str) -> date:
    """The last day of `2026`, `2026-09`, `202609`, `2026-09-30` or `20260930`. Raises ValueError otherwise."""
    digits = text.replace("-", "")
    if not digits.isdigit() or len(digits) not in (4, 6, 8):
        raise ValueError("expected 4, 6 or 8 digits")
    year, month = int(digits[:4]), int(digits[4:6] or 12)
    return date(year, month, int(digits[6:]) if digits[6:] else calendar.monthrange(year, month)[1])


def stated_date(file: ReceivedFile) -> tuple[date, Literal["file_name", "sidecar"]] | None:
    """What the file is about by its name, else by its sidecar; None when neither says. Raises PortfolioError when it is no date."""
    named = file.named.get(DATE_GROUP)
    text = named or file.sidecar.business_date
    if text is None:
        return None
    try:
        return last_day(str(text)), "file_name" if named else "sidecar"
    except ValueError as error:
        raise PortfolioError(
            f"{file.relative}: {text!r} is no business date ({error}). Use such as 2026-09-30 or 2026-09."
        ) from error


def group_key(file: ReceivedFile) -> Hashable:
    """Equal for the files that make one delivery: the file itself, or contract, business date and other groups of the name.

    Raises PortfolioError for a part that the contract does not list, or that does not say what it is about: the day of
    receipt would mix the parts of two deliveries.
    """
    if not file.contract.file.parts:
        return file.relative
    check_listed(file)
    stated = stated_date(file)
    if stated is None:
        raise PortfolioError(
            f"{file.relative}: expected the business date of a part in its name (group business_date) or in its sidecar, "
            "found none. Name it there, so that parts of two deliveries are never mixed."
        )
    others = {name: value for name, value in file.named.items() if name not in (DATE_GROUP, PART_GROUP)}
    return file.contract.id, stated[0], tuple(sorted(others.items()))


def check_listed(file: ReceivedFile) -> None:
    """Raise PortfolioError for a part that the contract does not list."""
    listed = file.contract.file.parts
    if listed and file.part not in listed:
        raise PortfolioError(
            f"{file.relative}: expected one of the parts {', '.join(listed)} (contract {file.contract.id}), found "
            f"{file.part or 'none'}. Rename the file, or correct parts in the contract."
        )


def delivery_of(files: Sequence[ReceivedFile]) -> Delivery:
    """The delivery that the files of one key make. Raises PortfolioError when parts are missing, doubled or being written."""
    check_complete(files)
    stated = stated_date(files[0])
    business_date = stated[0] if stated else received_at(files).date()
    return assembled(files, business_date, control_totals(files))


def check_complete(files: Sequence[ReceivedFile]) -> None:
    """Raise PortfolioError unless every part that the contract lists is there once and none is still being written."""
    contract, found = files[0].contract, Counter(file.part for file in files)
    names = ", ".join(sorted(file.name for file in files))
    if doubled := [part for part, count in found.items() if count > 1]:
        raise PortfolioError(
            f"{files[0].relative}: expected one file for each part (contract {contract.id}), found several for "
            f"{', '.join(sorted(doubled))}: {names}. Remove the one that does not count; none of them is read until then."
        )
    missing = [part for part in contract.file.parts if part not in found]
    written = sorted(file.name for file in files if file.content_sha256 is None)
    reasons = [f"part {', '.join(missing)} is missing"] if missing else []
    reasons += [f"{', '.join(written)} is still being written"] if written else []
    if reasons:
        raise PortfolioError(
            f"{files[0].relative} waits: expected the parts {', '.join(contract.file.parts)} (contract {contract.id}), found "
            f"{names}; {' and '.join(reasons)}. Put what is missing beside them, under a name that matches "
            f"{contract.file.file_pattern}. They are read together when all are there."
        )


def control_totals(files: Sequence[ReceivedFile]) -> Totals:
    """The sender's totals of all files together: what the sidecars say, added up.

    Raises PortfolioError when a total stands beside some parts only: the rows of the others would count as a difference.
    """
    summed = []
    for total in sorted(TOTALS):
        given = {
            file.name: value for file in files if (value := getattr(file.sidecar.control_totals, total)) is not None
        }
        silent = [file.name for file in files if file.name not in given]
        if given and silent:
            raise PortfolioError(
                f"{files[0].relative}: expected the control total {total!r} beside every part or beside none, found it beside "
                f"{', '.join(given)} and not beside {', '.join(silent)}. Write it in {silent[0]}{SIDECAR}, or leave it out "
                "everywhere; none of them is read until then."
            )
        if given:
            summed.append((total, str(sum(given.values()))))
    return tuple(summed)


def received_at(files: Sequence[ReceivedFile]) -> datetime:
    """When the last of the files was received: before that there was no whole delivery."""
    return max(file.received_at for file in files)


def assembled(files: Sequence[ReceivedFile], business_date: date, totals: Totals) -> Delivery:
    """The delivery made of these files, parts in the contract's order. Its id follows from contract, date and bytes alone."""
    first, listed = files[0], files[0].contract.file.parts
    parts: tuple[DeliveryPart, ...] = ()
    content_sha256, name, place = str(first.content_sha256), first.name, first.relative
    if listed:
        ordered = sorted(files, key=lambda file: listed.index(file.part))
        parts = tuple(DeliveryPart(file.part, file.name, str(file.content_sha256)) for file in ordered)
        content_sha256 = hashlib.sha256(manifest(parts).encode()).hexdigest()
        name, place = " + ".join(part.file_name for part in parts), first.relative.rpartition("/")[0]
    return Delivery(
        delivery_id=delivery_id(first.contract.id, business_date, content_sha256),
        contract_id=first.contract.id,
        business_date=business_date,
        received_at=received_at(files),
        content_sha256=content_sha256,
        byte_count=sum(file.byte_count for file in files),
        file_name=name,
        landing_path=place,
        control_totals=totals,
        parts=parts,
    )


def manifest(parts: Sequence[DeliveryPart]) -> str:
    """What a delivery of several files consists of, whatever their order and names: its SHA-256 stands for all their bytes."""
    content = {part.name: part.content_sha256 for part in parts}
    return json.dumps({"parts": content}, indent=2, sort_keys=True) + "\n"
