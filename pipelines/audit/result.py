"""What a check found, and the record of all checks of one build. Values only: nothing is run or opened here."""

import json
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.files import write_atomically

Gate = Literal["delivery", "build", "release"]
Kind = Literal["great_expectations", "dbt_model", "dbt_test", "reconciliation"]
Severity = Literal["critical", "warning"]
MAX_EXAMPLES = 5


class Outcome(StrEnum):
    """How a check ended. `warning` is a rule of severity warning that does not hold; `failed` a critical one."""

    passed = "passed"
    warning = "warning"
    failed = "failed"
    error = "error"
    skipped = "skipped"
    not_applicable = "not_applicable"

    @property
    def is_blocking(self) -> bool:
        """True where nothing may go on: a critical rule broken, or a check of any severity that proved nothing."""
        return self in (Outcome.failed, Outcome.error, Outcome.skipped)


class CheckResult(BaseModel):
    """One check: a sentence that a person understands, and the figures behind it. Examples hold no personal data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check_id: str
    gate: Gate
    kind: Kind
    severity: Severity
    outcome: Outcome
    sentence: str
    sentence_da: str = ""
    table_name: str = ""
    column_name: str = ""
    observed_count: int | None = None
    unexpected_count: int | None = None
    examples: tuple[str, ...] = Field(default=(), max_length=MAX_EXAMPLES)


class AuditRecord(BaseModel):
    """Every check that was expected of exactly one build, ordered by check id.

    `file_hashes`: SHA-256 of what the build consists of, by path in its folder. Only these bytes may be released.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    build_id: str
    file_hashes: dict[str, str]
    checks: tuple[CheckResult, ...]

    @classmethod
    def of(cls, build_id: str, file_hashes: dict[str, str], checks: Iterable[CheckResult]) -> "AuditRecord":
        """The record of `checks` in its one order. Raises ValueError when two checks have the same id."""
        ordered = tuple(sorted(checks, key=lambda c: c.check_id))
        twice = sorted({a.check_id for a, b in pairwise(ordered) if a.check_id == b.check_id})
        if twice:
            raise ValueError(f"Checks with the same id: {', '.join(twice)}. Every check needs an id of its own.")
        return cls(build_id=build_id, file_hashes=file_hashes, checks=ordered)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Number of checks by outcome; every outcome is there."""
        return {outcome: sum(c.outcome is outcome for c in self.checks) for outcome in Outcome}

    @property
    def passed(self) -> bool:
        """True when there are checks and none of them blocks."""
        return bool(self.checks) and not self.blocking

    @property
    def blocking(self) -> tuple[CheckResult, ...]:
        """The checks that keep this build from being released."""
        return tuple(c for c in self.checks if c.outcome.is_blocking)

    def write(self, path: Path) -> None:
        """Write as JSON; the same record always gives the same bytes."""
        content = {
            "build_id": self.build_id,
            "file_hashes": self.file_hashes,
            "passed": self.passed,
            "counts": {outcome.value: count for outcome, count in self.counts.items()},
            "checks": [c.model_dump(mode="json") for c in self.checks],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "AuditRecord":
        """Read what `write` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls.of(
            content["build_id"],
            content["file_hashes"],
            (CheckResult.model_validate(c) for c in content["checks"]),
        )
