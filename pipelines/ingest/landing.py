"""What lies in landing: which files are complete, which contract each belongs to, and their way into the archive.

A file that matches no contract or several is reported, never guessed at. No file is opened for its content here; which
files make one delivery, delivering.py says.
"""

import re
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines import clock
from pipelines.contracts.model import Contract
from pipelines.errors import PortfolioError
from pipelines.ingest.archive import Archive, Delivery, received_event, refuse_forgotten
from pipelines.ingest.delivering import ReceivedFile, delivery_of, group_key, manifest, stated_date
from pipelines.ingest.seen import Seen, look
from pipelines.ingest.sidecar import SIDECAR, read_sidecar, sidecar_path
from pipelines.instance import Instance

MARKER = ".done"
SETTLE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class LandingReport:
    """What a look at the landing folder brought. `known_count` counts files whose delivery was received before."""

    received: tuple[Delivery, ...]
    known_count: int
    problems: tuple[str, ...]


def land(instance: Instance, contracts: list[Contract], now: Callable[[], datetime] | None = None) -> LandingReport:
    """Archive every complete new file below landing; report files that cannot be taken, and sets that wait for a part.

    `now` gives the archive's clock (UTC). Files seen before with the same size and time are not read again.
    """
    archive = Archive(instance.archive)
    past = archive.deliveries()
    seen = Seen(instance.archive / "seen.json", past)
    problems: list[str] = []
    files = _files(instance.landing, problems)
    desk = _Desk(instance, contracts, archive, seen, now or clock.now, _still_moving(files), archive.tombstones())
    known, received, known_count = {d.delivery_id for d in past}, [], 0
    for group in _grouped(files, desk, problems):
        try:
            delivery = _left_of(group, past) or delivery_of(group)
        except PortfolioError as error:
            problems.append(str(error))
            continue
        if delivery.delivery_id in known:
            known_count += len(group)
            continue
        if delivery.parts:
            archive.store_text(manifest(delivery.parts))
        known.add(delivery.delivery_id)
        received.append(delivery)
    archive.append(*(received_event(d) for d in received))
    seen.save()
    return LandingReport(tuple(received), known_count, tuple(problems))


def ready_files(instance: Instance) -> list[str]:
    """Path, size and time of every file that lies whole in landing and was not there, or not so, when landing was last looked through.

    Whole is a file with its marker or sidecar, and one that has lain still for SETTLE_SECONDS. Nothing is read or archived.
    """
    seen = Seen(instance.archive / "seen.json", [])
    found = []
    for path in _files(instance.landing, []):
        relative = path.relative_to(instance.root).as_posix()
        has_settled = time.time() - path.stat().st_mtime >= SETTLE_SECONDS
        if (has_settled or _is_marked(path)) and seen.hash_of(path, relative) is None:
            found.append(" ".join([relative, *map(str, look(path))]))
    return found


def newest_files(instance: Instance, contracts: Iterable[Contract], administration: str) -> list[Path]:
    """The file of each contract that comes last by name in one folder of landing; a contract of several files has none here."""
    folder = instance.landing / administration
    found = {
        contract.id: path
        for path in _files(instance.landing, [])
        if path.parent == folder
        for contract in contracts
        if not contract.file.parts and contract.folder.rstrip("/") == f"landing/{administration}"
        if re.fullmatch(contract.file.file_pattern, path.name)
    }
    return sorted(found.values())


def _is_marked(path: Path) -> bool:
    """True of a file whose sender says that it is whole."""
    return sidecar_path(path).exists() or path.with_name(path.name + MARKER).exists()


def _grouped(files: list[Path], desk: "_Desk", problems: list[str]) -> list[list[ReceivedFile]]:
    """The files that can be taken, those of one delivery together; why others cannot be goes to `problems`."""
    groups: dict[Hashable, list[ReceivedFile]] = {}
    for path in files:
        try:
            file = desk.taken(path)
            groups.setdefault(group_key(file), []).append(file)
        except PortfolioError as error:
            problems.append(str(error))
    return list(groups.values())


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
        path: look(path)
        for path in files
        if time.time() - path.stat().st_mtime < SETTLE_SECONDS and not _is_marked(path)
    }
    if recent:
        time.sleep(LOOK_AGAIN_SECONDS)
    return {path for path, before in recent.items() if look(path) != before}


def _left_of(files: list[ReceivedFile], past: list[Delivery]) -> Delivery | None:
    """The delivery whose other parts have been cleared away from landing since it was received: nothing to wait for."""
    first = files[0]
    if len(files) >= len(first.contract.file.parts):
        return None
    stated, present = stated_date(first), {(file.part, file.content_sha256) for file in files}
    mine = (d for d in past if d.contract_id == first.contract.id and stated and d.business_date == stated[0])
    return next((d for d in mine if present <= {(p.name, p.content_sha256) for p in d.parts}), None)


@dataclass(frozen=True)
class _Desk:
    """What one look at landing takes files with. `moving`: files that change while they are looked at."""

    instance: Instance
    contracts: list[Contract]
    archive: Archive
    seen: Seen
    clock: Callable[[], datetime]
    moving: set[Path]
    tombstones: dict[str, str]

    def taken(self, path: Path) -> ReceivedFile:
        """A file with its bytes archived. Raises PortfolioError when it cannot be taken.

        A part that is still being written is given without a hash, so that the delivery it belongs to waits for it.
        """
        relative = path.relative_to(self.instance.root).as_posix()
        matches = self._contracts_of(path)
        if path in self.moving and not any(contract.file.parts for contract, _ in matches):
            raise PortfolioError(f"{relative} is still being written. It is taken at the next look.")
        if len(matches) != 1:
            raise PortfolioError(self._unclear(path, relative, matches))
        contract, match = matches[0]
        sidecar = read_sidecar(path, relative)
        stated = _utc(sidecar.received_at)
        size = path.stat().st_size
        if path in self.moving:
            return ReceivedFile(contract, relative, match.groupdict(), sidecar, stated or self.clock(), size, None)
        seen = self.seen
        content_sha256 = seen.hash_of(path, relative)
        if content_sha256 is None:
            content_sha256 = seen.remember(path, relative, self.archive.store(path, self.tombstones))
        refuse_forgotten(relative, content_sha256, self.tombstones)
        received_at = stated or seen.received_at(relative, self.clock)
        return ReceivedFile(contract, relative, match.groupdict(), sidecar, received_at, size, content_sha256)

    def _contracts_of(self, path: Path) -> list[tuple[Contract, re.Match[str]]]:
        return [
            (contract, match)
            for contract in self._contracts_for(path)
            if (match := re.fullmatch(contract.file.file_pattern, path.name))
        ]

    def _contracts_for(self, path: Path) -> list[Contract]:
        """The contracts that are about the folder a file lies in."""
        folder = path.parent.relative_to(self.instance.root).as_posix()
        return [contract for contract in self.contracts if contract.folder.rstrip("/") == folder]

    def _unclear(self, path: Path, relative: str, matches: list[tuple[Contract, re.Match[str]]]) -> str:
        patterns = ", ".join(f"{c.id}: {c.file.file_pattern}" for c in self._contracts_for(path))
        found = " and ".join(c.id for c, _ in matches) or "none"
        return (
            f"{relative}: expected exactly one contract whose filePattern matches the name, found {found}. "
            f"Patterns for {relative.rpartition('/')[0]}: {patterns or 'none'}. Rename the file, or correct or add the contract."
        )


def _utc(moment: datetime | None) -> datetime | None:
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
