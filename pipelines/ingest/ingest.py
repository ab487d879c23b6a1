"""All deliveries of one contract: conform each once, judge it, and say which are in force. The stage's front door."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.audit.delivery import audit_delivery, delivery_suite_version
from pipelines.audit.result import CheckResult
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import fingerprint, write_atomically
from pipelines.ingest.archive import Archive, Delivery, in_force, superseded
from pipelines.ingest.conform import CONFORM_VERSION, conform
from pipelines.ingest.rejections import rejection_counts
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


def ingest_contract(
    configuration: Configuration, contract: Contract, as_of: datetime, work: Path, tell: Callable[[str], None] = print
) -> list[DeliveryState]:
    """Every delivery of one contract received by `as_of`, oldest business date first.

    Nothing is parsed twice: outcomes are kept under (delivery, contract, code lists, conform version).
    """
    archive = Archive(configuration.instance.archive)
    mine = [d for d in archive.deliveries(as_of) if d.contract_id == contract.id]
    states: list[DeliveryState] = []
    previous_rows: int | None = None
    for delivery in sorted(mine, key=lambda d: (d.business_date, d.received_at, d.delivery_id)):
        state = _state(configuration, contract, delivery, archive, work, previous_rows)
        states.append(state)
        if state.status == "accepted":
            previous_rows = state.report.accepted_rows
        if not state.was_cached:
            tell(_sentence(state))
    return _with_force(states, contract)


def _state(
    configuration: Configuration,
    contract: Contract,
    delivery: Delivery,
    archive: Archive,
    work: Path,
    previous_rows: int | None,
) -> DeliveryState:
    place = _place(configuration, contract, delivery)
    was_cached = place.report.exists()
    report = (
        DeliveryReport.load(place.report)
        if was_cached
        else _conformed(configuration, contract, delivery, archive, work, place)
    )
    checks: tuple[CheckResult, ...] = ()
    if not report.is_refused:
        checks = _judged(contract, place, previous_rows)
        report = _refused_by_checks(report, delivery, checks)
    status: Status = "withdrawn" if delivery.withdrawn_reason else "refused" if report.is_refused else "accepted"
    return DeliveryState(delivery, contract, report, checks, status, False, place.accepted, place.rejected, was_cached)


def _conformed(
    configuration: Configuration, contract: Contract, delivery: Delivery, archive: Archive, work: Path, place: _Place
) -> DeliveryReport:
    """Conform into temporary files and put them in place; the report comes last, so that it vouches for the others."""
    place.folder.mkdir(parents=True, exist_ok=True)
    place.rejected_folder.mkdir(parents=True, exist_ok=True)
    accepted, rejected = place.accepted.with_suffix(".part"), place.rejected.with_suffix(".part")
    try:
        codes = configuration.codes(contract)
        content = archive.path_of(delivery.content_sha256)
        report = conform(delivery, contract, codes, content, accepted, rejected, work / delivery.delivery_id)
        report = report.model_copy(update={"rejections": rejection_counts(rejected)})
        accepted.replace(place.accepted)
        rejected.replace(place.rejected)
    except DeliveryRefused as error:
        report = DeliveryReport(delivery_id=delivery.delivery_id, contract_id=contract.id, refusal_reason=str(error))
        for path in (accepted, rejected):
            path.unlink(missing_ok=True)
    finally:
        shutil.rmtree(work / delivery.delivery_id, ignore_errors=True)
    report.save(place.report)
    return report


def _judged(contract: Contract, place: _Place, previous_rows: int | None) -> tuple[CheckResult, ...]:
    """The suite's verdict, taken from before when neither the suite nor the delivery before has changed."""
    version = delivery_suite_version()
    if place.verdict.exists():
        verdict = Verdict.model_validate_json(place.verdict.read_bytes())
        if (verdict.suite_version, verdict.previous_rows) == (version, previous_rows):
            return verdict.checks
    checks = tuple(audit_delivery(contract, place.accepted, previous_rows=previous_rows))
    verdict = Verdict(suite_version=version, previous_rows=previous_rows, checks=checks)
    write_atomically(place.verdict, verdict.model_dump_json(indent=2) + "\n")
    return checks


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
