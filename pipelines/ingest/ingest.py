"""All deliveries of all contracts: conform each once, judge it, and say which are in force. The stage's front door."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.audit.delivery import EXPECTATIONS, audit_delivery, delivery_suite_version
from pipelines.audit.limits import Limits, load_limits
from pipelines.audit.result import CheckResult
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import fingerprint, write_atomically
from pipelines.ingest.archive import Archive, Delivery, in_force, superseded
from pipelines.ingest.conform import CONFORM_VERSION, conform
from pipelines.ingest.report import DeliveryReport
from pipelines.instance import Instance

Status = Literal["accepted", "refused", "superseded", "withdrawn"]


class Verdict(BaseModel):
    """What the delivery's suite said, and against how many rows before."""

    model_config = ConfigDict(frozen=True)

    suite_version: str
    previous_rows: int | None
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
    was_cached: bool = False


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
    def report(self) -> Path:
        return self.folder / f"{self.stem}.json"

    @property
    def verdict(self) -> Path:
        return self.folder / f"{self.stem}.verdict.json"


def ingest(
    configuration: Configuration, as_of: datetime, work: Path, tell: Callable[[str], None] = print
) -> list[DeliveryState]:
    """Every delivery of every contract received by `as_of`, by contract and oldest business date first.

    Nothing is parsed twice: outcomes are kept under (delivery, contract, code lists, conform version), verdicts also under
    the suites, the instance's limits and the rows of the delivery before.
    """
    gate = _Gate(configuration, Archive(configuration.instance.archive), work)
    deliveries = gate.archive.deliveries(as_of)
    states = []
    for contract in configuration.contracts:
        mine = [d for d in deliveries if d.contract_id == contract.id]
        states += _with_force(gate.states(contract, mine, tell), contract)
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

    def states(
        self, contract: Contract, deliveries: list[Delivery], tell: Callable[[str], None]
    ) -> list[DeliveryState]:
        """One contract's deliveries in order, each compared with the accepted one before it."""
        states: list[DeliveryState] = []
        previous_rows: int | None = None
        for delivery in sorted(deliveries, key=lambda d: (d.business_date, d.received_at, d.delivery_id)):
            states.append(self._state(contract, delivery, previous_rows))
            if states[-1].status == "accepted":
                previous_rows = states[-1].report.accepted_rows
            if not states[-1].was_cached:
                tell(_sentence(states[-1]))
        return states

    def _state(self, contract: Contract, delivery: Delivery, previous_rows: int | None) -> DeliveryState:
        place = _place(self.configuration, contract, delivery)
        was_cached = place.report.exists()
        report = DeliveryReport.load(place.report) if was_cached else self._conformed(contract, delivery, place)
        checks: tuple[CheckResult, ...] = ()
        if not report.is_refused:
            checks = self._judged(contract, place, previous_rows)
            report = _refused_by_checks(report, delivery, checks)
        status: Status = "withdrawn" if delivery.withdrawn_reason else "refused" if report.is_refused else "accepted"
        paths = (place.accepted, place.rejected)
        return DeliveryState(delivery, contract, report, checks, status, False, *paths, was_cached)

    def _conformed(self, contract: Contract, delivery: Delivery, place: _Place) -> DeliveryReport:
        """Conform into temporary files and put them in place; the report comes last, so that it vouches for the others."""
        place.folder.mkdir(parents=True, exist_ok=True)
        place.rejected_folder.mkdir(parents=True, exist_ok=True)
        accepted, rejected = place.accepted.with_suffix(".part"), place.rejected.with_suffix(".part")
        folder = self.work / delivery.delivery_id
        try:
            codes = self.configuration.codes(contract)
            content = self.archive.path_of(delivery.content_sha256)
            report = conform(delivery, contract, codes, content, accepted, rejected, folder)
            accepted.replace(place.accepted)
            rejected.replace(place.rejected)
        except DeliveryRefused as error:
            report = DeliveryReport(
                delivery_id=delivery.delivery_id, contract_id=contract.id, refusal_reason=str(error)
            )
            for path in (accepted, rejected):
                path.unlink(missing_ok=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        report.save(place.report)
        return report

    def _judged(self, contract: Contract, place: _Place, previous_rows: int | None) -> tuple[CheckResult, ...]:
        """The suite's verdict, taken from before when nothing it depends on has changed."""
        if place.verdict.exists():
            verdict = Verdict.model_validate_json(place.verdict.read_bytes())
            if (verdict.suite_version, verdict.previous_rows) == (self.suite_version, previous_rows):
                return verdict.checks
        found = audit_delivery(contract, place.accepted, previous_rows=previous_rows, limits=self.limits)
        verdict = Verdict(suite_version=self.suite_version, previous_rows=previous_rows, checks=tuple(found))
        write_atomically(place.verdict, verdict.model_dump_json(indent=2) + "\n")
        return verdict.checks


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
