"""A night that is killed at any moment leaves readers the release before it or its own, whole, and the next night nothing to trip over."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from tests.crashes.town import Readers, deliver, new_town, refresh

pytestmark = pytest.mark.slow  # more than forty kills
SEED = 20261126
MODELS = [f"models and tests: {n} of" for n in (60, 160, 280)]
# A kill comes up to so many seconds after the run has said this: the stage that it hits, what the run said, seconds.
IN_A_REFRESH = [
    *[("start", "Refreshing", 1.0)] * 3,
    *[("conform", "landing:", 2.5)] * 5,
    *[("inputs", "rows accepted", 0.2)] * 3,
    *[("links", "inputs laid out", 0.6)] * 3,
    *[("start of dbt", "links made", 5.0)] * 3,
    *[("dbt", said, 1.0) for said in MODELS],
    ("cases and audit", "models built and tested", 2.0),
    ("release", "audit:", 2.0),
]
EARLY_KILLS, SWITCH_KILLS, REMOVAL_KILLS = 6, 9, 4


class Forks:
    """The process of tests/crashes/forks.py, and what it says."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.crashes.forks", str(root)],
            cwd=PROJECT_ROOT, env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, what: str, kill_at: str | None = None, after_seconds: float = 0.0) -> tuple[int, list[str]]:
        """One run to its end, or to its kill so long after it has said `kill_at`: exit status, and all that it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        said: list[str] = []
        group = 0
        for line in self._process.stdout:
            words = line.split()
            if words[:1] == ["run"]:
                group = int(words[1])
            elif words[:1] == ["end"]:
                return int(words[1]), said
            else:
                said.append(line)
            if kill_at and kill_at in line:
                time.sleep(after_seconds)
                os.killpg(group, signal.SIGKILL)
        pytest.fail(f"The process of the forks ended: {''.join(said[-20:])}")

    def end(self) -> None:
        """No more runs."""
        self._process.communicate()


@pytest.fixture(scope="module")
def town(quick_folder: Path) -> Instance:
    """An instance with a release."""
    instance = new_town(quick_folder / "town")
    done = refresh(instance)
    assert done.returncode == 0, done.stdout + done.stderr
    return instance


@pytest.fixture(scope="module")
def forks(town: Instance) -> Iterator[Forks]:
    running = Forks(town.root)
    yield running
    running.end()


def kill_refreshes(town: Instance, forks: Forks) -> Counter[str]:
    """A night after night that is killed, each with something new to build; returns how many kills hit each stage."""
    chance, readers, hit = random.Random(SEED), Readers(town), Counter[str]()
    for number, (stage, said, seconds) in enumerate(IN_A_REFRESH):
        deliver(town, number)
        before = readers.current
        status, lines = forks.run("refresh", said, chance.uniform(0, seconds))
        assert status == -signal.SIGKILL, "".join(lines)
        hit[stage] += 1
        readers.find_only_whole_releases()
        assert readers.current in (before, newest(town))
    return hit


def newest(town: Instance) -> str:
    return max(p.name for p in town.releases.glob("2*"))


def test_a_refresh_killed_in_any_stage(town: Instance, forks: Forks) -> None:
    hit = kill_refreshes(town, forks)
    print("\nkills:", ", ".join(f"{n} in {stage}" for stage, n in hit.items()))
    readers = Readers(town)
    before = readers.current
    deliver(town, len(IN_A_REFRESH))
    status, said = forks.run("refresh")
    assert status == 0, "".join(said)
    assert readers.current != before
    readers.find_only_whole_releases()
    readers.find_nothing_left_behind()
    assert running_in(town) == []


def running_in(town: Instance) -> list[str]:
    """Runs that Dagster takes for running: any would block its queue."""
    import dagster as dg

    os.environ["DAGSTER_HOME"] = str(town.dagster_home)  # named in its dagster.yaml
    alive = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    with dg.DagsterInstance.from_config(str(town.dagster_home)) as dagster_instance:
        return [run.run_id for run in dagster_instance.get_runs(filters=alive)]


def age_all_but_current(town: Instance) -> None:
    """Make them old enough for retention to remove; the newest few are kept whatever their age."""
    for path in town.releases.glob("2*/release.json"):
        if path.parent.resolve() != (town.releases / "current").resolve():
            content = json.loads(path.read_text("utf-8")) | {"made_at": "2020-01-01T00:00:00+00:00"}
            path.write_text(json.dumps(content), "utf-8")


def test_a_release_killed_before_any_change_of_the_disk(town: Instance, forks: Forks) -> None:
    """From an audited build: before changes early and late, before and after each around the switch, and in retention."""
    settings = town.root / "instance.yml"
    settings.write_text(settings.read_text("utf-8") + "keep_releases: 2\nkeep_days: 1\n", "utf-8")
    readers = Readers(town)
    for _ in range(2):
        assert forks.run("publish")[0] == 0
    age_all_but_current(town)
    status, changes = forks.run("publish")
    assert status == 0, "".join(changes)
    switch = next(n for n, line in enumerate(changes, 1) if "os.rename" in line and line.split()[-1] == "current")
    removal = next(n for n, line in enumerate(changes, 1) if ".removed-" in line)
    assert switch < removal
    chance = random.Random(SEED)
    points = chance.sample(range(1, switch - 4), EARLY_KILLS)
    points += range(switch - 4, switch - 4 + SWITCH_KILLS)
    points += [removal, removal + 1, *chance.sample(range(removal + 2, removal + 40), REMOVAL_KILLS - 2)]
    for point in points:
        age_all_but_current(town)
        before = readers.current
        status, said = forks.run(f"publish {point}")
        assert status == -signal.SIGKILL, "".join(said)
        readers.find_only_whole_releases()
        is_switched = any("os.rename" in line and line.split()[-1] == "current" for line in said[:-1])
        assert (readers.current != before) == is_switched, "".join(said[-3:])
    print(
        f"\nkills: {len(points)} in publishing, of them {SWITCH_KILLS} around the switch, {REMOVAL_KILLS} in retention"
    )
    deliver(town, 60)
    done = refresh(town)
    assert done.returncode == 0, done.stdout + done.stderr
    readers.find_only_whole_releases()
    readers.find_nothing_left_behind()
