"""The verdict on one file: its model, which `--json` writes, and how it is made. No layout: terminal.py and page.py show it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.audit.result import CheckResult, Outcome
from pipelines.check import words
from pipelines.check.judge import Compared, Court, Judged
from pipelines.check.subject import DateOrigin, Subject, subject_of
from pipelines.check.words import Sentence
from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.ingest.confined import confined
from pipelines.ingest.expressions import literal
from pipelines.ingest.privacy import plain
from pipelines.ingest.rejections import rejection_counts
from pipelines.ingest.report import DeliveryReport
from pipelines.instance import Instance

VerdictOutcome = Literal["accepted", "accepted_with_rejections", "refused"]
MAX_EXAMPLES = 5
QUIET = (Outcome.passed, Outcome.not_applicable)


class Part(BaseModel):
    """Base of all parts of a verdict: unknown names are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RowCounts(Part):
    """Rows of the file. `source` = `accepted` + `rejected`; blank and total rows stand beside them."""

    source: int = Field(description="Data rows read.")
    accepted: int = Field(description="Rows without fault. None of them is taken when the file is refused.")
    rejected: int = Field(description="Rows with a fault.")
    blank: int = Field(description="Rows without any value; passed over.")
    total: int = Field(description="The sender's own sum rows; not data.")


class Amounts(Part):
    """The dataset's main amount, in the instance's currency with cost positive. `source` = `accepted` + `rejected`."""

    source: Decimal
    accepted: Decimal
    rejected: Decimal


class RejectedRow(Part):
    """One fault of one row."""

    row_number: int = Field(description="Counted from 1: line or sheet row; for JSON and Parquet the record.")
    column: str | None = Field(description="Header in the file; null when the fault is of the row as a whole.")
    reason: str = Field(
        description="What was expected and found. Values of private columns, and what may be a person, are not shown."
    )


class RejectedByRule(Part):
    """The rows that one rule rejected. A row with several faults counts under each of its rules."""

    rule_code: str
    row_count: int
    examples: tuple[RejectedRow, ...] = Field(max_length=MAX_EXAMPLES, description="The first rows, at most five.")


class PreviousDelivery(Part):
    """The accepted delivery that this one was compared with."""

    delivery_id: str
    file_name: str
    business_date: date
    accepted_rows: int


class CheckVerdict(Part):
    """What the next nightly run would say of a file (or the parts of a delivery), if it were delivered now under this contract."""

    outcome: VerdictOutcome = Field(description="accepted: nothing to correct; else the run would reject rows, or all.")
    file_name: str = Field(description="Name of the file, without its folder; of a delivery in parts all names.")
    byte_count: int = Field(description="Size in bytes, of all files together.")
    content_sha256: str = Field(
        description="What exactly was checked: SHA-256 of the file's bytes, or of the manifest of its parts."
    )
    contract_id: str = Field(description="The contract it was held against.")
    contract_title: str = Field(description="The contract's name.")
    file_pattern: str = Field(description="The regular expression that the contract expects of the file's name.")
    landing_folder: str = Field(description="Where in the instance the file is delivered.")
    dataset_name: str = Field(description="The canonical dataset that the contract delivers.")
    business_date: date | None = Field(
        description="What the delivery is about; null when name or sidecar give a faulty one."
    )
    business_date_from: DateOrigin | None = Field(description="Where the business date stands.")
    checked_at: datetime = Field(description="When, in UTC.")
    instance_name: str = Field(description="The instance's name in its language.")
    instance_name_en: str = Field(description="The instance's name in English; may be empty.")
    language: Literal["da", "en"] = Field(description="Language of the pages; with da, English stands beside it.")
    currency: str = Field(description="ISO 4217 code of the currency of `amounts`.")
    rows: RowCounts | None = Field(description="Null when the file could not be read as rows of the contract.")
    amounts: Amounts | None = Field(description="Null when the dataset has no main amount, or `rows` is null.")
    refusal_reasons: tuple[Sentence, ...] = Field(description="Why the file is refused; empty when it is not.")
    rejections: tuple[RejectedByRule, ...] = Field(description="Rejected rows by rule, most frequent first.")
    warnings: tuple[Sentence, ...] = Field(description="What the sender should know, and nothing is refused for.")
    checks: tuple[CheckResult, ...] = Field(description="Checks that warn or fail.")
    passed_check_count: int = Field(description="How many checks of the file as a whole passed.")
    previous: PreviousDelivery | None = Field(description="The delivery before; null when none was compared with.")
    received_before: str | None = Field(description="Id under which exactly this delivery was received before.")
    next_steps: tuple[Sentence, ...] = Field(description="What to do now, in this order.")

    @property
    def exit_code(self) -> int:
        """0 when there is nothing to correct, 1 when the nightly run would refuse the file or reject rows of it."""
        return 0 if self.outcome == "accepted" else 1


def check_files(
    configuration: Configuration, contract: Contract, paths: Sequence[Path], now: datetime, work: Path
) -> CheckVerdict:
    """Judge one delivery's files as the nightly run would. Only `work`, a temporary folder, is written to.

    Raises WronglyUsed when the files cannot be one delivery of the contract.
    """
    subject = subject_of(configuration, paths, contract, now)
    court = Court(configuration, contract, work)
    before = court.before(subject)
    judged = court.judged(subject.delivery, subject.contents, before.before if before else None)
    return _verdict(configuration.instance, subject, judged, before, now)


def _verdict(
    instance: Instance, subject: Subject, judged: Judged, before: Compared | None, now: datetime
) -> CheckVerdict:
    contract, delivery, settings = subject.contract, subject.delivery, instance.settings
    outcome = _outcome(subject, judged)
    return CheckVerdict(
        outcome=outcome,
        file_name=plain(delivery.file_name),
        byte_count=delivery.byte_count,
        content_sha256=delivery.content_sha256,
        contract_id=contract.id,
        contract_title=contract.title,
        file_pattern=contract.file.file_pattern,
        landing_folder=contract.folder,
        dataset_name=contract.dataset_name,
        business_date=delivery.business_date if subject.date_origin else None,
        business_date_from=subject.date_origin,
        checked_at=now,
        instance_name=settings.name,
        instance_name_en=settings.name_en,
        language=settings.language,
        currency=settings.currency,
        rows=_rows(judged.report),
        amounts=_amounts(judged.report),
        refusal_reasons=_reasons(subject, judged),
        rejections=_rejections(judged),
        warnings=_warnings(subject, judged),
        checks=tuple(_plain_check(c) for c in judged.checks if c.outcome not in QUIET),
        passed_check_count=sum(c.outcome is Outcome.passed for c in judged.checks),
        previous=_previous(before),
        received_before=subject.known.delivery_id if subject.known else None,
        next_steps=_next_steps(subject, outcome),
    )


def _outcome(subject: Subject, judged: Judged) -> VerdictOutcome:
    if subject.faults or judged.is_refused or judged.report is None:
        return "refused"
    return "accepted_with_rejections" if judged.report.rejected_rows else "accepted"


def _rows(report: DeliveryReport | None) -> RowCounts | None:
    if report is None:
        return None
    return RowCounts(
        source=report.source_rows,
        accepted=report.accepted_rows,
        rejected=report.rejected_rows,
        blank=report.blank_rows,
        total=report.total_rows,
    )


def _amounts(report: DeliveryReport | None) -> Amounts | None:
    if report is None or None in (report.source_amount, report.accepted_amount, report.rejected_amount):
        return None
    return Amounts.model_validate({n: getattr(report, f"{n}_amount") for n in Amounts.model_fields})


def _reasons(subject: Subject, judged: Judged) -> tuple[Sentence, ...]:
    reasons = [plain(reason) for reason in (*subject.faults, judged.refusal) if reason]
    blocking = [_plain_check(check) for check in judged.checks if check.outcome.is_blocking]
    return (*(Sentence(en=r) for r in reasons), *(Sentence(en=c.sentence, da=c.sentence_da) for c in blocking))


def _plain_check(check: CheckResult) -> CheckResult:
    shown = {"sentence": plain(check.sentence), "sentence_da": plain(check.sentence_da)}
    return check.model_copy(update={**shown, "examples": tuple(map(plain, check.examples))})


def _rejections(judged: Judged) -> tuple[RejectedByRule, ...]:
    if not judged.rejected.is_file():
        return ()
    with confined([], [judged.rejected]) as connection:
        found = connection.execute(
            "select rule_code, source_row_number, source_column, reason from ("
            "select *, row_number() over (partition by rule_code order by source_row_number, source_column) as n "
            f"from read_parquet({literal(str(judged.rejected))})) where n <= {MAX_EXAMPLES} order by rule_code, n"
        ).fetchall()
    examples: dict[str, list[RejectedRow]] = {}
    for rule, number, column, reason in found:
        examples.setdefault(rule, []).append(
            RejectedRow(row_number=number, column=plain(column) if column else None, reason=plain(reason))
        )
    return tuple(
        RejectedByRule(rule_code=c.rule_code, row_count=c.row_count, examples=tuple(examples[c.rule_code]))
        for c in rejection_counts(judged.rejected)
    )


def _warnings(subject: Subject, judged: Judged) -> tuple[Sentence, ...]:
    """What conform warns of, and what is odd about the delivery itself. Warned checks stand among the checks."""
    pattern = subject.contract.file.file_pattern
    found = [Sentence(en=plain(text)) for text in (judged.report.warnings if judged.report else ())]
    if not subject.name_matches:
        found.insert(0, words.WARNINGS["name"].filled(name=plain(subject.delivery.file_name), pattern=pattern))
    if subject.known and subject.known.withdrawn_reason:
        found.append(words.WARNINGS["withdrawn"].filled(delivery=subject.known.delivery_id))
    elif subject.known:
        found.append(words.WARNINGS["known"].filled(delivery=subject.known.delivery_id))
    return tuple(found)


def _previous(before: Compared | None) -> PreviousDelivery | None:
    if before is None:
        return None
    delivery = before.delivery
    return PreviousDelivery(
        delivery_id=delivery.delivery_id,
        file_name=plain(delivery.file_name),
        business_date=delivery.business_date,
        accepted_rows=before.accepted_rows,
    )


def _next_steps(subject: Subject, outcome: VerdictOutcome) -> tuple[Sentence, ...]:
    steps = [*words.STEPS[outcome]]
    if not subject.name_matches:
        steps.insert(-1, words.RENAME)
    contract = subject.contract
    team = contract.team or contract.id
    return tuple(s.filled(contract=contract.id, folder=contract.folder, team=team) for s in steps)
