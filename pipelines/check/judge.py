"""The nightly run's own functions on one delivery, in a temporary folder: conform, suite, limits, the delivery before. No wording."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.audit.change import Before
from pipelines.audit.delivery import EXPECTATIONS, audit_delivery
from pipelines.audit.limits import Limits, load_limits
from pipelines.audit.result import CheckResult
from pipelines.check.subject import Subject
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import fresh_folder
from pipelines.ingest.archive import Archive, Delivery
from pipelines.ingest.conform import conform
from pipelines.ingest.ingest import before_of
from pipelines.ingest.isolation import run_apart
from pipelines.ingest.report import CountedRefusal, DeliveryReport


@dataclass(frozen=True)
class Judged:
    """What came of one delivery. `report` is None when it could not be read as rows; `refusal` is conform's own reason.

    `rejected` is the Parquet file of rejected rows; it may be missing.
    """

    report: DeliveryReport | None
    rejected: Path
    refusal: str | None = None
    checks: tuple[CheckResult, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.refusal is not None or any(check.outcome.is_blocking for check in self.checks)


@dataclass(frozen=True)
class Compared:
    """The accepted delivery that the nightly run would compare with, and its rows."""

    delivery: Delivery
    before: Before

    @property
    def accepted_rows(self) -> int:
        return self.before.row_count


@dataclass(frozen=True)
class Court:
    """What files of one contract are judged with. `work` is a temporary folder; nothing else is written to."""

    configuration: Configuration
    contract: Contract
    work: Path

    def before(self, subject: Subject) -> Compared | None:
        """The accepted delivery before this one; None when there is none.

        It is conformed anew from the archive's bytes, so that it is judged by the contract of today, as the next nightly run would.
        """
        archive = Archive(self.configuration.instance.archive)
        for delivery in reversed(subject.earlier):
            contents = archive.files_of(delivery)
            if delivery.withdrawn_reason or not all(content.is_file() for content in contents):
                continue
            judged = self.judged(delivery, contents, None)
            if judged.report and not judged.is_refused:
                accepted = self._folder(delivery) / "accepted.parquet"
                return Compared(delivery, before_of(self.contract, subject.delivery, delivery, accepted, judged.report))
        return None

    def judged(self, delivery: Delivery, contents: tuple[Path, ...], before: Before | None) -> Judged:
        """Conform and judge one delivery, exactly as the nightly run would."""
        report = self._conformed(delivery, contents)
        rejected = self._folder(delivery) / "rejected.parquet"
        if isinstance(report, DeliveryRefused):
            counted = report.report if isinstance(report, CountedRefusal) else None
            return Judged(counted, rejected, delivery.named(str(report)))
        accepted = self._folder(delivery) / "accepted.parquet"
        checks = audit_delivery(
            self.contract, accepted, business_date=delivery.stated_date, before=before, limits=self._limits
        )
        return Judged(report, rejected, None, tuple(checks))

    def _conformed(self, delivery: Delivery, contents: tuple[Path, ...]) -> DeliveryReport | DeliveryRefused:
        """Conform in a process of its own, as the nightly run does; a refusal is returned."""
        codes, folder = self.configuration.codes(self.contract), fresh_folder(self._folder(delivery))
        places = (folder / "accepted.parquet", folder / "rejected.parquet", folder / "work")
        ((_, outcome),) = run_apart(
            [(delivery.delivery_id, conform, (delivery, self.contract, codes, contents, *places))]
        )
        return outcome

    def _folder(self, delivery: Delivery) -> Path:
        return self.work / delivery.delivery_id

    @property
    def _limits(self) -> Limits:
        return load_limits(EXPECTATIONS, self.configuration.instance.reference / "limits.yml")
