"""What became of one delivery: counts, money, reasons and the verdict. Written beside the raw Parquet, read by all later stages."""

from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.files import write_atomically


class RejectionCount(BaseModel):
    """How many rows one rule rejected, with an example a sender can find."""

    model_config = ConfigDict(frozen=True)

    rule_code: str
    row_count: int
    example: str


class DeliveryReport(BaseModel):
    """The outcome of conforming one delivery. Amounts are in the instance's currency."""

    model_config = ConfigDict(frozen=True)

    delivery_id: str
    contract_id: str
    source_rows: int = 0
    accepted_rows: int = 0
    rejected_rows: int = 0
    total_rows: int = 0
    blank_rows: int = 0
    output_rows: int = 0
    source_amount: Decimal | None = None
    accepted_amount: Decimal | None = None
    rejected_amount: Decimal | None = None
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
