"""What the last run came to, in one small file, so that `portfolio status` need not wait for Dagster."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from pipelines import clock
from pipelines.files import write_json
from pipelines.instance import Instance

FILE_NAME = "last_run.json"
State = Literal["began", "unchanged", "released", "failed"]


@dataclass(frozen=True)
class LastRun:
    """A run's last word: when, how far, and for a failure its sentence. One that only began is under way, or its process died."""

    run_id: str
    noted_at: str
    state: State
    sentence: str = ""


def note(instance: Instance, run_id: str, state: State, sentence: str = "") -> None:
    """Write down how far a run has come."""
    noted = LastRun(run_id, f"{clock.now():%Y-%m-%d %H:%M} UTC", state, sentence)
    write_json(instance.dagster_home / FILE_NAME, asdict(noted))


def last_run(instance: Instance) -> LastRun | None:
    """The run that was noted last; None when there was none."""
    path = instance.dagster_home / FILE_NAME
    return LastRun(**json.loads(path.read_text("utf-8"))) if path.is_file() else None
