"""What became of one delivery: counts, money, reasons and the verdict. Written beside the raw Parquet, read by all later stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.errors import DeliveryRefused
from pipelines.files import write_atomically


class RejectionCount(BaseModel):
    """How many rows one rule rejected, with an example a sender can find."""

    model_config = ConfigDict(frozen=True)

    rule_code: str
    row_count: int
    example: str


class Counts(BaseModel):
    """Rows and money of a delivery or a part of it: source = accepted + rejected. Amounts are None where a dataset has none."""

    model_config = ConfigDict(frozen=True)

    source_rows: int = 0
    accepted_rows: int = 0
    rejected_rows: int = 0
    source_amount: Decimal | None = None
    accepted_amount: Decimal | None = None
    rejected_amount: Decimal | None = None


class AdministrationCount(Counts):
    """The part of a delivery that is about one administration; the code is None where a rejected row does not tell."""

    administration_code: str | None


class DeliveryReport(Counts):
    """The outcome of conforming one delivery. Amounts are in the instance's currency.

    Rows and amounts are those of `administrations` together. An amount that cannot be read counts 0: in how many rejected rows
    that is so, `rejected_unknown_amount_rows` says. `output_rows` counts the accepted rows after cells became rows.
    """

    delivery_id: str
    contract_id: str
    total_rows: int = 0
    blank_rows: int = 0
    output_rows: int = 0
    rejected_unknown_amount_rows: int | None = None
    administrations: tuple[AdministrationCount, ...] = ()
    rejections: tuple[RejectionCount, ...] = ()
    warnings: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    """(name, number of the row before its first) of each file read; rows are numbered on through all of them."""
    refusal_reason: str | None = None
    seconds: float = 0.0

    @property
    def is_refused(self) -> bool:
        return self.refusal_reason is not None

    @property
    def file_start_rows(self) -> str | None:
        """The number of each file's first row in words, where a delivery has several files; else None."""
        starts = [f"{name} from row {before + 1}" for name, before in self.files]
        return "; ".join(starts) if len(starts) > 1 else None

    def save(self, path: Path) -> None:
        write_atomically(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> "DeliveryReport":
        return cls.model_validate_json(path.read_bytes())


class CountedRefusal(DeliveryRefused):
    """A refusal of a delivery whose rows could be read. `report` counts them; none of them is accepted."""

    report: DeliveryReport


@contextmanager
def counts_kept(report: DeliveryReport) -> Iterator[None]:
    """Let a refusal of what was counted take the counts with it; administrations and amounts are told of accepted rows only.

    Raises CountedRefusal in place of a DeliveryRefused, unless there were no rows to count.
    """
    try:
        yield
    except DeliveryRefused as refusal:
        if not report.source_rows:
            raise
        counted = CountedRefusal(str(refusal))
        counted.report = report.model_copy(update={"administrations": ()})
        raise counted from refusal
