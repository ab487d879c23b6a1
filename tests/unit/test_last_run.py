"""What `portfolio status` says of the last run, without asking Dagster."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pipelines.cli import portfolio
from pipelines.instance import Instance
from pipelines.last_run import last_run, note
from pipelines.lock import is_refreshing, refresh_lock


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    (tmp_path / "instance.yml").write_text(
        yaml.safe_dump({"name": "T", "currency": "DKK", "price_year": 2026}), "utf-8"
    )
    return Instance.load(tmp_path)


def status(instance: Instance) -> str:
    done = CliRunner().invoke(portfolio, ["--instance", str(instance.root), "status"])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_the_last_word_of_a_run_is_what_status_says(instance: Instance) -> None:
    assert last_run(instance) is None
    assert "Last run" not in status(instance)
    note(instance, "r1", "failed", "step audit: It did not pass.")
    assert "Failed" in status(instance)
    assert "step audit: It did not pass." in status(instance)
    note(instance, "r2", "unchanged")
    assert "nothing had changed" in status(instance)
    note(instance, "r3", "released")
    assert "made a release" in status(instance)


def test_a_run_that_only_began_is_under_way_or_dead(instance: Instance) -> None:
    note(instance, "r1", "began")
    assert not is_refreshing(instance)
    assert "did not end" in status(instance)
    with refresh_lock(instance):
        assert is_refreshing(instance)
        assert "is under way" in status(instance)
