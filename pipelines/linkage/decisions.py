"""What people decided: these two are the same, or are not. Read, held against each other, added to. Links nothing itself.

The file is `reference/decisions/link_decision.csv`. A product's member is named `administration/system key`, a supplier's
`name|registration number`, as the sources write them.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from pipelines.decision_files import read_rows, write_rows
from pipelines.errors import ConfigurationError
from pipelines.instance import Instance, describe_validation

Kind = Literal["product", "supplier"]
FILE_NAME = "link_decision.csv"


class Decision(BaseModel):
    """One answer to the question whether two things are the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    kind: Kind
    left: str
    right: str
    decision: Literal["same", "not_same"]
    decided_by: str
    decided_date: date
    reason: str

    @field_validator("decided_by", "reason")
    @classmethod
    def _is_said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("expected some text, found blanks")
        return value.strip()

    @model_validator(mode="before")
    @classmethod
    def _number_may_be_left_out(cls, values: dict[str, object]) -> dict[str, object]:
        """`Name` alone is the spelling without a number, `Name|`."""
        if values.get("kind") == "supplier":
            sides = {side: values.get(side) for side in ("left", "right")}
            return values | {s: f"{v}|" for s, v in sides.items() if isinstance(v, str) and v and "|" not in v}
        return values

    @model_validator(mode="after")
    def _names_two_things(self) -> "Decision":
        for key in self.pair:
            if self.kind == "product" and not all(key.partition("/")[::2]):
                raise ValueError(f"expected administration/system key, found {key!r}")
        if self.left == self.right:
            raise ValueError(f"expected two different things, found {self.left!r} twice")
        return self

    @property
    def pair(self) -> tuple[str, str]:
        return (min(self.left, self.right), max(self.left, self.right))


COLUMNS = tuple(Decision.model_fields)


def decisions_file(instance: Instance) -> Path:
    """Where the decisions of an instance lie."""
    return instance.decisions / FILE_NAME


def read_decisions(instance: Instance) -> tuple[Decision, ...]:
    """All decisions of an instance; none when there is no file.

    Raises ConfigurationError naming every faulty row, and the rows that contradict each other.
    """
    path = decisions_file(instance)
    if not path.is_file():
        return ()
    decisions, faults = [], []
    for line, cells in read_rows(path, COLUMNS):
        try:
            decisions.append((line, Decision.model_validate({c: cells[c] for c in COLUMNS})))
        except ValidationError as error:
            faults.append(f"{path}, line {line}: {describe_validation(error)}. Correct the line.")
    faults += [f"{path}: {sentence}" for sentence in contradictions(decisions)]
    if faults:
        raise ConfigurationError("\n".join(faults))
    return tuple(decision for _, decision in decisions)


def contradictions(decisions: Iterable[tuple[int, Decision]]) -> list[str]:
    """Sentences that name the lines by which two things are the same and not the same, directly or by way of others."""
    decisions = list(decisions)
    neighbours: dict[tuple[Kind, str], list[tuple[str, int]]] = {}
    for line, d in decisions:
        if d.decision == "same":
            neighbours.setdefault((d.kind, d.left), []).append((d.right, line))
            neighbours.setdefault((d.kind, d.right), []).append((d.left, line))
    sentences = []
    for line, d in decisions:
        if d.decision == "not_same" and (way := _way(neighbours, d)):
            sentences.append(
                f"line {line} says that {d.left} and {d.right} are not the same {d.kind}, "
                f"{'line' if len(way) == 1 else 'lines'} {', '.join(map(str, way))} that they are. Correct or remove one of them."
            )
    return sentences


def _way(neighbours: dict[tuple[Kind, str], list[tuple[str, int]]], decision: Decision) -> list[int]:
    """The lines of the shortest way of `same` from left to right; empty when there is none."""
    ways: dict[str, list[int]] = {decision.left: []}
    queue = deque([decision.left])
    while queue:
        here = queue.popleft()
        for other, line in neighbours.get((decision.kind, here), []):
            if other not in ways:
                ways[other] = [*ways[here], line]
                queue.append(other)
    return ways.get(decision.right, [])


def add_decisions(instance: Instance, new: Sequence[Decision]) -> list[Decision]:
    """Append to the file what it does not say yet, all or nothing; returns what was added.

    Raises ConfigurationError when the result would contradict itself; the file is then as it was.
    """
    known = read_decisions(instance)
    said = {(d.kind, d.pair, d.decision) for d in known}
    added = [
        d for n, d in enumerate(new) if (key := (d.kind, d.pair, d.decision)) not in said and key not in _keys(new[:n])
    ]
    everything = [*known, *added]
    if faults := contradictions(enumerate(everything, start=2)):
        raise ConfigurationError(
            f"Nothing was recorded. In {decisions_file(instance)} as it would be, " + "; ".join(faults)
        )
    if added:
        write_rows(decisions_file(instance), COLUMNS, everything)
    return added


def _keys(decisions: Iterable[Decision]) -> set[tuple[str, tuple[str, str], str]]:
    return {(d.kind, d.pair, d.decision) for d in decisions}
