"""When a run that raised no error counts as ended: the steps before the release may have been skipped without a word."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.files import write_json
from pipelines.instance import Instance
from pipelines.refresh import has_ended


@pytest.mark.parametrize(
    ("plan", "force", "build_id", "ended"),
    [
        ({"is_unchanged": True, "held": None}, False, "b2", True),
        ({"is_unchanged": True, "held": None}, True, "b2", False),  # asked for a release, and there is none
        ({"is_unchanged": False, "held": None}, False, "b2", False),
        (None, False, "b2", False),
        ({"is_unchanged": False, "held": None}, False, "b1", True),
    ],
)
def test_a_run_has_ended_when_nothing_changed_or_its_release_is_there(
    tmp_path: Path, plan: dict[str, Any] | None, force: bool, build_id: str, ended: bool
) -> None:
    (tmp_path / "instance.yml").write_text(
        yaml.safe_dump({"name": "T", "currency": "DKK", "price_year": 2026}), "utf-8"
    )
    write_json(tmp_path / "releases/20260101T000000Z-a/release.json", {"build_id": "b1", "made_at": "2026-01-01"})
    assert has_ended(Instance.load(tmp_path), plan, force, build_id) is ended
