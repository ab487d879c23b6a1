"""A day on which little changed: tables that are as before are taken over, and the release is the one that making all anew gives."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from subprocess import CompletedProcess
from typing import Any

from pipelines.instance import Instance

SENTENCE = "are as before and taken over"


def released(instance: Instance) -> dict[str, Any]:
    """The manifest of the newest release, whatever day it is of."""
    newest = max(instance.releases.glob("2*"), key=lambda path: path.stat().st_mtime)
    content: dict[str, Any] = json.loads((newest / "release.json").read_text("utf-8"))
    return content


def test_another_day_comes_out_as_if_everything_had_been_made_anew(
    sample_copy: Instance, portfolio: Callable[..., CompletedProcess[str]]
) -> None:
    day = date.fromisoformat(released(sample_copy)["inputs"]["as_of_date"]) - timedelta(days=1)
    done = portfolio(sample_copy.root, "refresh", "--as-of", str(day))
    assert done.returncode == 0, done.stdout + done.stderr
    assert SENTENCE in done.stdout
    with_old = released(sample_copy)

    done = portfolio(sample_copy.root, "refresh", "--as-of", str(day), "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert SENTENCE not in done.stdout
    anew = released(sample_copy)
    assert with_old["inputs"] == anew["inputs"] | {"previous_release": with_old["inputs"]["previous_release"]}
    compared = portfolio(sample_copy.root, "diff", with_old["release_id"], anew["release_id"], "--exit-code")
    assert compared.returncode == 0, compared.stdout
