"""All deliveries of all contracts: conform each once, judge it, and say which are in force. The stage's front door."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.audit.change import Before
from pipelines.audit.delivery import EXPECTATIONS, audit_delivery, delivery_suite_version
from pipelines.audit.limits import Limits, load_limits
from pipelines.audit.result import CheckResult
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import fingerprint, write_atomically
from pipelines.ingest.archive import Archive, Delivery, in_force, superseded
from pipelines.ingest.conform import CONFORM_VERSION, conform
from pipelines.ingest.isolation import run_apart
from pipelines.ingest.privacy import plain
from pipelines.ingest.report import CountedRefusal, DeliveryReport
from pipelines.instance import Instance

Status = Literal["accepted", "refused", "superseded", "withdrawn"]


class Verdict(BaseModel):
    """What the delivery's suite said, and against which delivery before (its file's stem, None when there was none)."""

    model_config = ConfigDict(frozen=True)

    suite_version: str
    before: str | None
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class DeliveryState:
    """One delivery, what came of it, and whether it counts."""

    delivery: Delivery
    contract: Contract
    report: DeliveryReport
    checks: tuple[CheckResult, ...]
    status: Status
    is_in_force: bool
    accepted: Path
    rejected: Path


@dataclass(frozen=True)
class _Place:
    """Where the outcome of one delivery is kept, under a key that changes when anything that made it changes."""

    folder: Path
    rejected_folder: Path
    stem: str

    @property
    def accepted(self) -> Path:
        return self.folder / f"{self.stem}.parquet"

    @property
    def rejected(self) -> Path:
        return self.rejected_folder / f"{self.stem}.parquet"

    @property
    def accepted_part(self) -> Path:
        return self.folder / f"{self.stem}.part"

    @property
    def rejected_part(self) -> Path:
        return self.rejected_folder / f"{self.stem}.part"

    @property
    def report(self) -> Path:
        return self.folder / f"{self.stem}.json"

    @property
    def verdict(self) -> Path:
        return self.folder / f"{self.stem}.verdict.json"

    @property
    def is_whole(self) -> bool:
        """True when the report is there, and the rejected rows that it counts: either folder may have been deleted."""
        if not self.report.exists():
            return False
        return self.rejected.exists() or not DeliveryReport.load(self.report).source_rows


def ingest(
    configuration: Configuration, as_of: datetime, work: Path, tell: Callable[[str], None] = print
) -> list[DeliveryState]:
    """Every delivery of every contract received by `as_of`, by contract and oldest business date first.

    Nothing is parsed twice: outcomes are kept under (delivery, contract, code lists, conform version), verdicts also under
    the suites, the instance's limits and the delivery before.
    """
    gate = _Gate(configuration, Archive(configuration.instance.archive), work)
    by_contract: dict[str, list[Delivery]] = {c.id: [] for c in configuration.contracts}
    for delivery in gate.archive.deliveries(as_of):
        if delivery.forgotten:
            tell(f"{delivery.contract_id}: {delivery.file_name} does not count: it was {delivery.forgotten}")
            continue
        by_contract.get(delivery.contract_id, []).append(delivery)
    fresh = gate.conform_new([(c, d) for c in configuration.contracts for d in by_contract[c.id]])
    states = []
    for contract in configuration.contracts:
        found = gate.states(contract, by_contract[contract.id])
        for state in found:
            if state.delivery.delivery_id in fresh:
                for sentence in (_sentence(state), *(f"{contract.id}: {w}" for w in state.report.warnings)):
                    tell(sentence)
        states += _with_force(found, contract)
    return states


@dataclass(frozen=True)
class _Gate:
    """What every delivery of one run is conformed and judged with."""

    configuration: Configuration
    archive: Archive
    work: Path

    @cached_property
    def limits(self) -> Limits:
        return load_limits(EXPECTATIONS, self.configuration.instance.reference / "limits.yml")

    @cached_property
    def suite_version(self) -> str:
        return delivery_suite_version(self.limits)

    def conform_new(self, deliveries: list[tuple[Contract, Delivery]]) -> set[str]:
        """Conform what has not been conformed under its key yet, in processes of their own; returns those deliveries' ids."""
        new = [(c, d, place) for c, d in deliveries if not (place := _place(self.configuration, c, d)).is_whole]
        tasks = [(d.delivery_id, conform, self._arguments(c, d, place)) for c, d, place in new]
        for (contract, delivery, place), (_, outcome) in zip(new, run_apart(tasks), strict=True):
            if isinstance(outcome, DeliveryRefused):
                outcome = _refused(outcome, contract, delivery)
            else:
                place.accepted_part.replace(place.accepted)
            if place.rejected_part.exists():
                place.rejected_part.replace(place.rejected)
            place.accepted_part.unlink(missing_ok=True)
            shutil.rmtree(self.work / delivery.delivery_id, ignore_errors=True)
            outcome.save(place.report)  # comes last, so that it vouches for the files beside it
        return {delivery.delivery_id for _, delivery, _ in new}

    def _arguments(self, contract: Contract, delivery: Delivery, place: _Place) -> tuple[object, ...]:
        place.folder.mkdir(parents=True, exist_ok=True)
        place.rejected_folder.mkdir(parents=True, exist_ok=True)
        codes = self.configuration.codes(contract)
        return (
            delivery,
            contract,
            codes,
            self.archive.files_of(delivery),
            place.accepted_part,
            place.rejected_part,
            self.work / delivery.delivery_id,
        )

    def states(self, contract: Contract, deliveries: list[Delivery]) -> list[DeliveryState]:
        """One contract's conformed deliveries in order, each compared with the accepted one before it."""
        states: list[DeliveryState] = []
        last: DeliveryState | None = None
        for delivery in sorted(deliveries, key=lambda d: (d.business_date, d.received_at, d.delivery_id)):
            states.append(self._state(contract, delivery, last))
            if states[-1].status == "accepted":
                last = states[-1]
        return states

    def _state(self, contract: Contract, delivery: Delivery, last: DeliveryState | None) -> DeliveryState:
        place = _place(self.configuration, contract, delivery)
        report = DeliveryReport.load(place.report)
        checks: tuple[CheckResult, ...] = ()
        if not report.is_refused:
            checks = self._judged(contract, delivery, place, last)
            report = _refused_by_checks(report, delivery, checks)
        status: Status = "withdrawn" if delivery.withdrawn_reason else "refused" if report.is_refused else "accepted"
        return DeliveryState(delivery, contract, report, checks, status, False, place.accepted, place.rejected)

    def _judged(
        self, contract: Contract, delivery: Delivery, place: _Place, last: DeliveryState | None
    ) -> tuple[CheckResult, ...]:
        """The suite's verdict, taken from before when nothing it depends on has changed."""
        before = before_of(contract, delivery, last.delivery, last.accepted, last.report) if last else None
        stem = before.parquet.stem if before else None
        verdict = _verdict_kept(place.verdict)
        if verdict and (verdict.suite_version, verdict.before) == (self.suite_version, stem):
            return verdict.checks
        found = audit_delivery(
            contract, place.accepted, business_date=delivery.stated_date, before=before, limits=self.limits
        )
        verdict = Verdict(suite_version=self.suite_version, before=stem, checks=tuple(found))
        write_atomically(place.verdict, verdict.model_dump_json(indent=2) + "\n")
        return verdict.checks


def before_of(contract: Contract, delivery: Delivery, last: Delivery, parquet: Path, report: DeliveryReport) -> Before:
    """The accepted delivery before as something to compare with: of the same where one takes the place of the other."""
    is_of_the_same = contract.mode == "snapshot" or delivery.business_date == last.business_date
    return Before(parquet, report.accepted_rows, is_of_the_same)


def _verdict_kept(path: Path) -> Verdict | None:
    """The verdict from before, None when there is none or an older version of the code wrote it in another form."""
    try:
        return Verdict.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _refused(refusal: DeliveryRefused, contract: Contract, delivery: Delivery) -> DeliveryReport:
    """The report of a refused delivery: the reason, naming the file, and the counts of rows where there were any to count."""
    report = DeliveryReport(delivery_id=delivery.delivery_id, contract_id=contract.id)
    if isinstance(refusal, CountedRefusal):
        report = refusal.report
    return report.model_copy(update={"refusal_reason": plain(delivery.named(str(refusal)))})


def _refused_by_checks(report: DeliveryReport, delivery: Delivery, checks: tuple[CheckResult, ...]) -> DeliveryReport:
    broken = [check.sentence for check in checks if check.outcome.is_blocking]
    if not broken:
        return report
    reason = f"{delivery.file_name}: {' '.join(broken)} Correct the extract and deliver it again, or change the promise in the contract."
    return report.model_copy(update={"refusal_reason": reason})


def _with_force(states: list[DeliveryState], contract: Contract) -> list[DeliveryState]:
    accepted = [s.delivery for s in states if s.status == "accepted"]
    force, gone = in_force(accepted, contract.mode), superseded(accepted)
    return [
        replace(
            s,
            is_in_force=s.delivery.delivery_id in force,
            status="superseded" if s.delivery.delivery_id in gone else s.status,
        )
        for s in states
    ]


def kept_files(configuration: Configuration, contract: Contract, delivery: Delivery) -> tuple[Path, Path]:
    """Where the accepted and the rejected rows of a delivery lie, as Parquet; they are caches and may have been deleted."""
    place = _place(configuration, contract, delivery)
    return place.accepted, place.rejected


def _place(configuration: Configuration, contract: Contract, delivery: Delivery) -> _Place:
    instance: Instance = configuration.instance
    codes = configuration.codes(contract)
    known = codes.known_administrations if contract.administration.column else None
    key = fingerprint(contract.content_hash, codes.by_field, codes.administrations, known, CONFORM_VERSION)
    stem = f"{delivery.delivery_id}-{key[:12]}"
    return _Place(instance.raw / contract.dataset_name, instance.rejected / contract.dataset_name, stem)


def _sentence(state: DeliveryState) -> str:
    name, report = state.delivery.file_name, state.report
    if report.refusal_reason:
        return f"{state.contract.id}: refused {report.refusal_reason}"
    rejected = f", {report.rejected_rows} rejected" if report.rejected_rows else ""
    return f"{state.contract.id}: {name}, {report.accepted_rows} rows accepted{rejected}"
