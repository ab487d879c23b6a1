"""What is worth telling of a night: it failed, a delivery is late, a delivery was refused. Nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RUNBOOK = "docs/runbook.md"


@dataclass(frozen=True)
class Message:
    """One cause, in words. `cause` stays the same for as long as the same thing is wrong."""

    cause: str
    subject: str
    text: str


def of_plan(plan: Mapping[str, Any]) -> list[Message]:
    """What a build's plan says that somebody outside has to mend: late and refused deliveries, files nobody could take."""
    late = [
        Message(
            cause=f"late {row['sentence']}",
            subject=f"Late: {row['contract_id']}",
            text=f"{row['sentence']} The delivery before it counts until it comes. "
            "Ask its sender; the report's page 'Deliver' says how it is delivered.",
        )
        for row in plan.get("late", [])
    ]
    refused = [
        Message(
            cause=f"refused {row['delivery_id']}",
            subject=f"Refused: {row['file_name']} ({row['contract_id']})",
            text=f"{row['reason']}\n\nThe delivery before it counts on. Send its sender the reason; "
            "`portfolio check FILE` shows every fault.",
        )
        for row in plan.get("refused", [])
    ]
    not_taken = [
        Message(cause=f"not taken {sentence}", subject="A file in landing could not be taken", text=sentence)
        for sentence in plan.get("not_taken", [])
    ]
    return [*late, *refused, *not_taken]


def of_failure(step: str, sentence: str, run_id: str) -> Message:
    """A night that failed: readers still have the release before."""
    return Message(
        cause=f"failed {step} {sentence}",
        subject=f"The nightly refresh failed in step {step}",
        text=f"{sentence}\n\nReaders still have the release before. The run's log is in the Dagster UI (run {run_id}); "
        f"{RUNBOOK} has a section for each kind of failure.",
    )
