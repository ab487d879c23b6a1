"""Back up and restore, as docs/operating.md says: what is kept is enough to make the same release again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pipelines.instance import Instance

KEPT = ("instance.yml", "contracts", "reference", "archive", "releases")


@pytest.mark.slow
def test_a_restored_instance_makes_the_same_release(
    sample_copy: Instance, tmp_path: Path, portfolio: Callable[..., CompletedProcess[str]]
) -> None:
    restored = tmp_path / "restored"
    for name in KEPT:
        source = sample_copy.root / name
        if source.is_dir():
            shutil.copytree(source, restored / name, symlinks=True)
        else:
            restored.mkdir(exist_ok=True)
            shutil.copy(source, restored / name)
    (restored / "landing").mkdir()
    assert portfolio(restored, "verify").returncode == 0
    before = json.loads((restored / "releases" / "current" / "release.json").read_text("utf-8"))
    done = portfolio(restored, "refresh", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    after = json.loads((restored / "releases" / "current" / "release.json").read_text("utf-8"))
    assert after["release_id"] != before["release_id"]
    differing = {
        name: (table["checksum"], after["tables"][name]["checksum"])
        for name, table in before["tables"].items()
        if table["checksum"] != after["tables"][name]["checksum"]
    }
    assert differing == {}
