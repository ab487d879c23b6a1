"""What tests share: copies of instances that a test may change, and the command run as a user runs it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from tests.real.land import files_folder

MADE_BY_RUNS = ("archive", "raw", "rejected", "links", "build", "releases", ".dagster", ".real", ".refresh.lock")


def environment_of_its_own() -> dict[str, str]:
    """This environment without what would lead a command to another instance or server."""
    unwanted = (
        "PORTFOLIO_INSTANCE", "PORTFOLIO_POSTGRES_DSN", "PORTFOLIO_DAGSTER_POSTGRES_URL", "PORTFOLIO_ENGINE", "DAGSTER_HOME",
    )  # fmt: skip
    return {name: value for name, value in os.environ.items() if name not in unwanted}


@pytest.fixture(scope="session")
def portfolio() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `portfolio --instance ROOT ...` in a process of its own, with an empty PATH as systemd would give."""

    def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = environment_of_its_own() | {"PATH": "/usr/bin:/bin", "COLUMNS": "160"}
        command = [sys.executable, "-m", "pipelines.cli", "--instance", str(root), *arguments]
        return subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def copy_of_sample(target: Path) -> Instance:
    """The embedded instance without anything that runs have made in it."""
    shutil.copytree(PROJECT_ROOT / "data", target, ignore=shutil.ignore_patterns(*MADE_BY_RUNS))
    return Instance.load(target)


@pytest.fixture(scope="session")
def released_sample(
    tmp_path_factory: pytest.TempPathFactory, portfolio: Callable[..., subprocess.CompletedProcess[str]]
) -> Instance:
    """The sample, refreshed once by the command for all workers. Tests read it; a test that changes it takes a copy."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    root = shared / "released_sample" / "data"
    with (shared / "released_sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "releases" / "current").exists():
            assert not root.exists(), "The sample's refresh failed in another worker; see there."
            done = portfolio(copy_of_sample(root).root, "refresh")
            assert done.returncode == 0, done.stdout + done.stderr
    return Instance.load(root)


@pytest.fixture
def sample_copy(released_sample: Instance, tmp_path: Path) -> Instance:
    """A copy of the refreshed sample that a test may change; what was parsed once is not parsed again."""
    target = tmp_path / "data"
    shutil.copytree(released_sample.root, target, symlinks=True)
    return Instance.load(target)


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of the real extracts; skips where they are missing, fails where CI says that they are there."""
    folder = files_folder()
    if not folder.is_dir():
        if os.environ.get("PORTFOLIO_REAL_REQUIRED"):
            pytest.fail(f"The real extracts were promised, and {folder} is missing.")
        pytest.skip(f"the real public extracts are not at {folder}; set PORTFOLIO_REAL to their folder")
    return folder
