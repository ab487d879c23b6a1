"""The archive: bytes exactly as received under their SHA-256, and an append-only journal of what happened to them.

Knows nothing of what is inside a file. Everything about deliveries is derived from the journal, so that any moment of the
past can be asked for.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines import clock
from pipelines.contracts.model import Mode
from pipelines.errors import PortfolioError
from pipelines.files import copy_atomically, ends_with_line_end, fingerprint, sha256_of, write_atomically, write_json


@dataclass(frozen=True)
class DeliveryPart:
    """One file of a delivery that consists of several: which part it is, by the contract's name for it, and its bytes."""

    name: str
    file_name: str
    content_sha256: str


@dataclass(frozen=True)
class Delivery:
    """What was received for one contract and business date. The same bytes for a new date are another delivery.

    Of several files (`parts`, in the order they are read in), `content_sha256` is that of their manifest, `file_name` all
    their names and `landing_path` their folder. `forgotten`: what a tombstone says, when its bytes were deleted on purpose.
    """

    delivery_id: str
    contract_id: str
    business_date: date
    received_at: datetime
    content_sha256: str
    byte_count: int
    file_name: str
    landing_path: str
    control_totals: tuple[tuple[str, str], ...] = ()
    withdrawn_reason: str | None = None
    parts: tuple[DeliveryPart, ...] = ()
    forgotten: str | None = None

    @property
    def content_hashes(self) -> tuple[str, ...]:
        """SHA-256 of its files, in the order of their names."""
        return tuple(part.content_sha256 for part in self.parts) or (self.content_sha256,)

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of its files, one or several, in the order they are read in."""
        return tuple(part.file_name for part in self.parts) or (self.file_name,)

    @property
    def stated_date(self) -> date | None:
        """The business date where the sender said it; None where it is, or may be, just the day of receipt."""
        return None if self.business_date == self.received_at.date() else self.business_date

    def named(self, sentence: str) -> str:
        """A sentence about the delivery that names its file: as it is when it names one, else with the name before it."""
        return sentence if any(name in sentence for name in self.file_names) else f"{self.file_name}: {sentence}"


@dataclass(frozen=True)
class ConfigurationInForce:
    """Which configuration counts at a moment, and since when. `is_later`: none was recorded by then, and it is the first."""

    content_hash: str
    since: datetime
    is_later: bool

    def sentence(self, as_of: date) -> str:
        """What a person must know of it when a day in the past is asked for."""
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.is_later:
            return f"no configuration is recorded by {as_of}, so the earliest is used ({self.content_hash[:12]}, of {since})"
        return f"the configuration in force on {as_of} is used ({self.content_hash[:12]}, since {since})"


def delivery_id(contract_id: str, business_date: date, content_sha256: str) -> str:
    """The delivery's id: 16 hex digits of a hash over contract, business date and content."""
    return "d" + fingerprint(contract_id, business_date.isoformat(), content_sha256)[:16]


class Archive:
    """The archive folder of one instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = folder / "journal.jsonl"

    def path_of(self, content_sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        return self._folder / "objects" / content_sha256[:2] / content_sha256

    def store(self, source: Path, tombstones: Mapping[str, str] | None = None) -> str:
        """Copy a file's bytes into the archive and return their SHA-256. Storing the same bytes again changes nothing.

        Raises PortfolioError for bytes that have a tombstone: what was forgotten does not come back.
        """
        content_sha256 = sha256_of(source)
        refuse_forgotten(source.name, content_sha256, tombstones or {})
        target = self.path_of(content_sha256)
        if not target.exists():
            copy_atomically(source, target)
            if sha256_of(target) != content_sha256:
                target.unlink()
                raise PortfolioError(f"{source} changed while it was archived. It is taken when it stands still.")
        return content_sha256

    def store_text(self, text: str) -> str:
        """Keep a text as UTF-8 like any other content, and return its SHA-256."""
        content_sha256 = hashlib.sha256(text.encode()).hexdigest()
        if not self.path_of(content_sha256).exists():
            write_atomically(self.path_of(content_sha256), text)
        return content_sha256

    def files_of(self, delivery: Delivery) -> tuple[Path, ...]:
        """Where the bytes of a delivery's files lie, in the order of its `file_names`."""
        return tuple(map(self.path_of, delivery.content_hashes))

    def receive(self, delivery: Delivery) -> bool:
        """Record a delivery; False when it is known already. The bytes must have been stored before."""
        if delivery.delivery_id in {d.delivery_id for d in self.deliveries()}:
            return False
        self.append(received_event(delivery))
        return True

    def append(self, *events: dict[str, Any]) -> None:
        """Append events to the journal, each a line, and wait until the disk has them."""
        if not events:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n" for event in events)
        if self._journal.exists() and not ends_with_line_end(self._journal):
            lines = "\n" + lines  # a line torn by a crash must not swallow the next one
        with self._journal.open("ab") as file:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())

    def events(self) -> Iterable[dict[str, Any]]:
        """All events in the order they were written; a line torn by a crash is passed over."""
        if not self._journal.exists():
            return
        with self._journal.open(encoding="utf-8") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    continue

    def deliveries(self, as_of: datetime | None = None) -> list[Delivery]:
        """Deliveries received by `as_of` (all when None), oldest first, with withdrawals recorded by then.

        What was forgotten is so at every time: its bytes are gone.
        """
        found: dict[str, Delivery] = {}
        tombstones: dict[str, str] = {}
        for event in self.events():
            tombstones |= _tombstones(event)
            if as_of and datetime.fromisoformat(event["at"]) > as_of:
                continue
            if event["event"] == "received":
                found.setdefault(event["delivery_id"], _delivery(event))
            elif event["event"] == "withdrawn" and event["delivery_id"] in found:
                found[event["delivery_id"]] = replace(found[event["delivery_id"]], withdrawn_reason=event["reason"])
        marked = (replace(d, forgotten=_first(tombstones, d.content_hashes)) for d in found.values())
        return sorted(marked, key=lambda d: (d.received_at, d.delivery_id))

    def tombstones(self) -> dict[str, str]:
        """By SHA-256, what is said of the bytes that were deleted on purpose: when, by whom, why."""
        return {content: said for event in self.events() for content, said in _tombstones(event).items()}

    def withdraw(self, delivery: str, reason: str, by: str) -> None:
        """Record that a delivery no longer counts. Its bytes stay. Raises PortfolioError when it is unknown."""
        known = {d.delivery_id for d in self.deliveries()}
        if delivery not in known:
            raise PortfolioError(
                f"No delivery {delivery!r} in the archive. `portfolio status --deliveries` lists them."
            )
        at = clock.now().isoformat(timespec="seconds")
        self.append({"event": "withdrawn", "at": at, "delivery_id": delivery, "reason": reason, "by": by})

    def keep_configuration(self, root: Path, files: dict[str, str], content_hash: str) -> None:
        """Keep the bytes of a configuration (SHA-256 by path below `root`), and record since when it is in force."""
        manifest = self._configuration(content_hash)
        if not manifest.exists():
            for name in files:
                self.store(root / name)
            write_json(manifest, files)
        last = [e for e in self.events() if e["event"] == "configured"][-1:]
        if not last or last[0]["content_hash"] != content_hash:
            at = clock.now().isoformat(timespec="seconds")
            self.append({"event": "configured", "at": at, "content_hash": content_hash})

    def configuration_at(self, moment: datetime) -> ConfigurationInForce:
        """The configuration in force at a moment: the last one recorded by then, or else the first. Raises PortfolioError."""
        recorded = [
            (datetime.fromisoformat(e["at"]), e["content_hash"]) for e in self.events() if e["event"] == "configured"
        ]
        if not recorded:
            raise PortfolioError(
                f"{self._journal}: expected a recorded configuration, found none. Run `portfolio refresh` without --as-of once."
            )
        by_then = [entry for entry in recorded if entry[0] <= moment]
        since, content_hash = by_then[-1] if by_then else recorded[0]
        return ConfigurationInForce(content_hash, since, is_later=not by_then)

    def configuration_files(self, content_hash: str) -> dict[str, str]:
        """SHA-256 of each file of a kept configuration, by path; empty when it is not kept."""
        manifest = self._configuration(content_hash)
        files: dict[str, str] = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
        return files

    def lay_out_configuration(self, content_hash: str, folder: Path) -> None:
        """Copy the files of a kept configuration into `folder`. Raises PortfolioError when one is missing."""
        manifest, files = self._configuration(content_hash), self.configuration_files(content_hash)
        missing = [name for name, kept in files.items() if not self.path_of(kept).is_file()]
        if missing or not files:
            raise PortfolioError(
                f"{manifest}: expected this configuration whole in the archive, found "
                f"{'no ' + ', '.join(missing) if files else 'nothing'}. Restore archive/ from its backup."
            )
        for name, kept in files.items():
            copy_atomically(self.path_of(kept), folder / name)

    def _configuration(self, content_hash: str) -> Path:
        return self._folder / "configurations" / f"{content_hash}.json"


def refuse_forgotten(name: str, content_sha256: str, tombstones: Mapping[str, str]) -> None:
    """Raise PortfolioError when these bytes have a tombstone."""
    if said := tombstones.get(content_sha256):
        raise PortfolioError(
            f"{name}: expected a new file, found bytes that were {said}. Remove it from landing, and deliver a corrected one."
        )


def _tombstones(event: Mapping[str, Any]) -> dict[str, str]:
    if event["event"] != "forgotten":
        return {}
    said = f"forgotten on {event['at'][:10]} by {event['by']} ({event['reason']})"
    return dict.fromkeys(event["content_sha256"], said)


def _first(tombstones: Mapping[str, str], hashes: Iterable[str]) -> str | None:
    return next((tombstones[content] for content in hashes if content in tombstones), None)


def received_event(delivery: Delivery) -> dict[str, Any]:
    """The journal event that records a delivery."""
    return {
        "event": "received",
        "at": delivery.received_at.isoformat(timespec="seconds"),
        "delivery_id": delivery.delivery_id,
        "contract_id": delivery.contract_id,
        "business_date": delivery.business_date.isoformat(),
        "content_sha256": delivery.content_sha256,
        "byte_count": delivery.byte_count,
        "file_name": delivery.file_name,
        "landing_path": delivery.landing_path,
        "control_totals": dict(delivery.control_totals),
        **({"parts": [asdict(part) for part in delivery.parts]} if delivery.parts else {}),
    }


def _delivery(event: dict[str, Any]) -> Delivery:
    return Delivery(
        delivery_id=event["delivery_id"],
        contract_id=event["contract_id"],
        business_date=date.fromisoformat(event["business_date"]),
        received_at=datetime.fromisoformat(event["at"]),
        content_sha256=event["content_sha256"],
        byte_count=event["byte_count"],
        file_name=event["file_name"],
        landing_path=event["landing_path"],
        control_totals=tuple(sorted(event.get("control_totals", {}).items())),
        parts=tuple(DeliveryPart(**part) for part in event.get("parts", ())),
    )


def superseded(deliveries: list[Delivery]) -> set[str]:
    """Ids of deliveries that a later one for the same contract and business date replaces."""
    newest: dict[tuple[str, date], Delivery] = {}
    for delivery in deliveries:
        key = (delivery.contract_id, delivery.business_date)
        if key not in newest or _order(delivery) > _order(newest[key]):
            newest[key] = delivery
    kept = {d.delivery_id for d in newest.values()}
    return {d.delivery_id for d in deliveries} - kept


def in_force(deliveries: list[Delivery], mode: Mode) -> set[str]:
    """Ids of one contract's deliveries that are the truth now, among accepted ones that were not withdrawn.

    snapshot: the one with the newest business date; period and append: the newest of every business date.
    """
    gone = superseded(deliveries)
    left = [d for d in deliveries if d.delivery_id not in gone]
    if mode == "snapshot":
        left = sorted(left, key=lambda d: (d.business_date, *_order(d)))[-1:]
    return {d.delivery_id for d in left}


def _order(delivery: Delivery) -> tuple[datetime, str]:
    return (delivery.received_at, delivery.delivery_id)
