"""What both modules about crashes share: the smallest instance, new deliveries for it, and what must hold of its folder. No test."""

import subprocess
import sys
from pathlib import Path

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.linkage.links import OUTCOME
from pipelines.lock import refresh_lock
from pipelines.release.readback import disagreements
from pipelines.transform.build import KEPT_BUILDS
from tests.unit.test_documentation import write_smallest_instance


def new_town(root: Path) -> Instance:
    """One administration that delivers one file."""
    write_smallest_instance(root)
    return Instance.load(root)


def deliver(instance: Instance, number: int) -> None:
    """A new file, so that the next refresh has something to build."""
    rows = "".join(f"{n};Sagssystem {n}\n" for n in range(1, number + 2))
    day = f"2026-{1 + number // 28:02d}-{1 + number % 28:02d}"
    (instance.landing / "it" / f"systems_{day}.csv").write_text("Id;Navn\n" + rows, "utf-8")


def refresh(instance: Instance) -> subprocess.CompletedProcess[str]:
    """The command, as a user runs it."""
    line = [sys.executable, "-m", "pipelines.cli", "--instance", str(instance.root), "refresh"]
    return subprocess.run(line, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)


class Readers:
    """Look at an instance as those who read its releases do. What was found whole once is not read again, but for `current`."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self._whole = instance, set[str]()

    @property
    def current(self) -> str:
        """The id of the release that readers see."""
        return (self.instance.releases / "current").resolve(strict=True).name

    def find_only_whole_releases(self) -> None:
        """Every folder with a release's name is as its manifest says, and nobody holds the lock."""
        names = {p.name for p in self.instance.releases.glob("2*")}
        assert self.current in names
        for name in names - self._whole | {self.current}:
            assert disagreements(self.instance.releases / name) == []
        self._whole |= names
        with refresh_lock(self.instance):
            pass

    def find_nothing_left_behind(self) -> None:
        """After a run that succeeded: no half-made folder and no temporary file of those that were killed."""
        instance = self.instance
        assert {p.name for p in instance.releases.glob(".*")} == set()
        kept = (instance.archive, instance.raw, instance.rejected)
        assert [p for folder in kept for pattern in (".*.tmp", "*.part") for p in folder.rglob(pattern)] == []
        assert [p for p in instance.links.iterdir() if not (p / OUTCOME).exists()] == []
        builds = list(instance.build.iterdir())
        assert len(builds) <= KEPT_BUILDS
        assert [p for p in builds if not (p / "plan.json").exists()] == []
