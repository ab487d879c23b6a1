"""What lies in landing: which files are complete, which contract each belongs to, and their way into the archive.

A file that matches no contract or several is reported, never guessed at. No file is opened for its content here.
"""

import calendar
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.contracts.model import Contract
from pipelines.errors import PortfolioError
from pipelines.files import write_json
from pipelines.ingest.archive import Archive, Delivery, delivery_id, received_event
from pipelines.instance import Instance, describe_validation

SIDECAR = ".delivery.yml"
MARKER = ".done"
SETTLE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 1.0


class ControlTotals(BaseModel):
    """How many rows the sender counted, and what their amounts come to in the file's own unit and sign."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int | None = None
    amount: Decimal | None = None


class Sidecar(BaseModel):
    """What `<file>.delivery.yml` may say of the file beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    business_date: date | str | None = None
    received_at: datetime | None = None
    control_totals: ControlTotals = ControlTotals()
    note: str = ""


@dataclass(frozen=True)
class LandingReport:
    """What a look at the landing folder brought."""

    received: tuple[Delivery, ...]
    known_count: int
    problems: tuple[str, ...]


def land(instance: Instance, contracts: list[Contract], now: Callable[[], datetime] | None = None) -> LandingReport:
    """Archive every complete new file below landing; report files that cannot be taken.

    `now` gives the archive's clock (UTC). Files seen before with the same size and time are not read again.
    """
    clock = now or (lambda: datetime.now(UTC))
    archive = Archive(instance.archive)
    past = archive.deliveries()
    seen = _Seen(instance.archive / "seen.json", past)
    known = {d.delivery_id for d in past}
    received: list[Delivery] = []
    problems: list[str] = []
    files = _files(instance.landing, problems)
    moving = _still_moving(files)
    for path in files:
        if path in moving:
            problems.append(f"{_relative(path, instance)} is still being written. It is taken at the next look.")
            continue
        try:
            delivery = _delivery_of(path, instance, contracts, archive, seen, clock)
        except PortfolioError as error:
            problems.append(str(error))
            continue
        if delivery.delivery_id not in known:
            known.add(delivery.delivery_id)
            received.append(delivery)
    archive.append(*(received_event(d) for d in received))
    seen.save()
    return LandingReport(tuple(received), len(files) - len(received) - len(problems), tuple(problems))


def _files(landing: Path, problems: list[str]) -> list[Path]:
    """Data files below landing in a fixed order; links are refused, since they may point out of the instance."""
    found = []
    for path in sorted(landing.rglob("*")):
        relative = path.relative_to(landing)
        ignored = path.name.endswith((SIDECAR, MARKER)) or path.name == "README.md"
        if ignored or any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_symlink():
            problems.append(f"landing/{relative} is a symbolic link. Put the file itself there.")
        elif path.is_file() and len(relative.parts) != 2:
            problems.append(
                f"landing/{relative} lies in no administration's folder. Put it in landing/<administration>/."
            )
        elif path.is_file():
            found.append(path)
    return found


def _still_moving(files: list[Path]) -> set[Path]:
    """Files without a marker whose size or time changes between two looks. Only recent files are looked at twice."""
    recent = {
        path: _look(path)
        for path in files
        if time.time() - path.stat().st_mtime < SETTLE_SECONDS
        and not (_sidecar(path).exists() or _marker(path).exists())
    }
    if recent:
        time.sleep(LOOK_AGAIN_SECONDS)
    return {path for path, look in recent.items() if _look(path) != look}


def _delivery_of(
    path: Path,
    instance: Instance,
    contracts: list[Contract],
    archive: Archive,
    seen: "_Seen",
    clock: Callable[[], datetime],
) -> Delivery:
    relative = _relative(path, instance)
    contract, match = _contract_of(path, relative, contracts, instance)
    sidecar = read_sidecar(path, relative)
    content_sha256 = seen.hash_of(path, relative) or seen.remember(path, relative, archive.store(path))
    received_at = _utc(sidecar.received_at) or seen.received_at(path, relative, clock)
    business_date = _business_date(match, sidecar, received_at, relative)
    return Delivery(
        delivery_id=delivery_id(contract.id, business_date, content_sha256),
        contract_id=contract.id,
        business_date=business_date,
        received_at=received_at,
        content_sha256=content_sha256,
        byte_count=path.stat().st_size,
        file_name=path.name,
        landing_path=relative,
        control_totals=tuple(sorted((k, str(v)) for k, v in sidecar.control_totals if v is not None)),
    )


def _contract_of(
    path: Path, relative: str, contracts: list[Contract], instance: Instance
) -> tuple[Contract, re.Match[str]]:
    folder = path.parent.relative_to(instance.root).as_posix()
    matches = [
        (contract, match)
        for contract in contracts
        if contract.folder.rstrip("/") == folder and (match := re.fullmatch(contract.file.file_pattern, path.name))
    ]
    if len(matches) != 1:
        patterns = ", ".join(f"{c.id}: {c.file.file_pattern}" for c in contracts if c.folder.rstrip("/") == folder)
        found = " and ".join(c.id for c, _ in matches) or "none"
        raise PortfolioError(
            f"{relative}: expected exactly one contract whose filePattern matches the name, found {found}. "
            f"Patterns for {folder}: {patterns or 'none'}. Rename the file, or correct or add the contract."
        )
    return matches[0]


def read_sidecar(file: Path, relative: str) -> Sidecar:
    """What the sidecar beside a file says; `relative` names the file in messages. Raises PortfolioError when it is faulty."""
    path = _sidecar(file)
    if not path.exists():
        return Sidecar()
    try:
        return Sidecar.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PortfolioError(f"{relative}{SIDECAR}: not valid YAML: {_fault(error)}. Correct the sidecar.") from error
    except ValidationError as error:
        raise PortfolioError(
            f"{relative}{SIDECAR} is faulty. {describe_validation(error, with_values=False)}. Correct the sidecar."
        ) from error


def _fault(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """What is wrong and in which line, without the line itself: its note may name somebody."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    return str(error)


def _utc(moment: datetime | None) -> datetime | None:
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _business_date(match: re.Match[str], sidecar: Sidecar, received_at: datetime, relative: str) -> date:
    text = match.groupdict().get("business_date") or sidecar.business_date
    if text is None:
        return received_at.date()
    try:
        return last_day(str(text))
    except ValueError as error:
        raise PortfolioError(
            f"{relative}: {text!r} is no business date ({error}). Use such as 2026-09-30 or 2026-09."
        ) from error


def last_day(text: str) -> date:
    """The last day of `2026`, `2026-09`, `202609`, `2026-09-30` or `20260930`. Raises ValueError otherwise."""
    digits = text.replace("-", "")
    if not digits.isdigit() or len(digits) not in (4, 6, 8):
        raise ValueError("expected 4, 6 or 8 digits")
    year, month = int(digits[:4]), int(digits[4:6] or 12)
    return date(year, month, int(digits[6:]) if digits[6:] else calendar.monthrange(year, month)[1])


class _Seen:
    """A cache of what files looked like when they were hashed. Losing it costs time; the journal knows the truth."""

    def __init__(self, path: Path, past: list[Delivery]) -> None:
        self._path = path
        self._entries = _cached(path)
        self._past = {(d.landing_path, d.content_sha256): d.received_at for d in past}
        self._changed = False

    def hash_of(self, path: Path, relative: str) -> str | None:
        entry = self._entries.get(relative)
        return str(entry[1]) if entry and entry[0] == _look(path) else None

    def remember(self, path: Path, relative: str, content_sha256: str) -> str:
        lost = relative not in self._entries
        at = self._past.get((relative, content_sha256)) if lost else None
        self._entries[relative] = [_look(path), content_sha256, at and at.isoformat()]
        self._changed = True
        return content_sha256

    def received_at(self, path: Path, relative: str, clock: Callable[[], datetime]) -> datetime:
        """When these bytes were first seen here: stable while the file lies still, new when it is put there again."""
        entry = self._entries[relative]
        if not entry[2]:
            entry[2] = clock().isoformat(timespec="seconds")
            self._changed = True
        return datetime.fromisoformat(entry[2])

    def save(self) -> None:
        if self._changed:
            write_json(self._path, self._entries)


def _cached(path: Path) -> dict[str, list[Any]]:
    try:
        content: dict[str, list[Any]] = json.loads(path.read_text("utf-8"))
        return content
    except (OSError, ValueError):
        return {}


def _look(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)


def _marker(path: Path) -> Path:
    return path.with_name(path.name + MARKER)


def _relative(path: Path, instance: Instance) -> str:
    return path.relative_to(instance.root).as_posix()
