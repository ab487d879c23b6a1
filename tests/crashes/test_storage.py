"""A disk that is full or read-only, and a database that is down: a clear error, exit 1, and readers see what they saw.

The disks are mounted in a name space of the command's own, which Linux lets anybody do where user name spaces are allowed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from tests.crashes.town import Readers, deliver, new_town, refresh

pytestmark = pytest.mark.slow  # nights that fail late
COMMAND = f'"{sys.executable}" -m pipelines.cli --instance "$INSTANCE"'
FULL_DISK = 'mount -t tmpfs -o size="$SIZE" tmpfs "$FOLDER" && cp -a "$COPY/." "$FOLDER"'
READ_ONLY = 'mount --bind "$FOLDER" "$FOLDER" && mount -o remount,ro,bind "$FOLDER"'


@pytest.fixture(scope="module")
def released(quick_folder: Path) -> Instance:
    """An instance with a release, and something new to build."""
    instance = new_town(quick_folder / "released")
    done = refresh(instance)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(instance.build)
    deliver(instance, 1)
    return instance


@pytest.fixture
def town(released: Instance, quick_folder: Path) -> Instance:
    folder = Path(tempfile.mkdtemp(dir=quick_folder))
    shutil.copytree(released.root, folder / "town", symlinks=True)
    return Instance.load(folder / "town")


def on_such_a_disk(town: Instance, folder: Path, mounting: str, size: int = 0) -> subprocess.CompletedProcess[str]:
    """Refresh with `folder` on such a disk; the releases are copied out of it to where the test can see them."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody mount disks of their own (unshare -rm)")
    copy, seen = town.root.with_name("copy"), town.root.with_name("seen")
    shutil.copytree(folder, copy, symlinks=True)
    script = f'{mounting} || exit 99; {COMMAND} refresh; code=$?; cp -a "$INSTANCE/releases/." "$SEEN"; exit $code'
    variables = {"INSTANCE": town.root, "FOLDER": folder, "COPY": copy, "SEEN": seen, "SIZE": size}
    seen.mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {name: str(value) for name, value in variables.items()},
    )  # fmt: skip
    shutil.rmtree(town.releases)
    seen.rename(town.releases)
    return done


def size_of(folder: Path) -> int:
    """Bytes that a disk needs to hold it, in pages."""
    return sum((p.lstat().st_size // 4096 + 1) * 4096 for p in folder.rglob("*"))


def fails_and_changes_nothing(town: Instance, done: subprocess.CompletedProcess[str], before: str, said: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stderr, done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    readers = Readers(town)
    assert readers.current == before
    readers.find_only_whole_releases()


@pytest.mark.parametrize("room", [1 << 20, 6 << 20, 16 << 20], ids=["at once", "early", "in dbt"])
def test_a_disk_without_room(town: Instance, room: int) -> None:
    before = Readers(town).current
    done = on_such_a_disk(town, town.root, FULL_DISK, size_of(town.root) + room)
    fails_and_changes_nothing(town, done, before, "the disk is full")


def test_no_room_for_the_release(town: Instance) -> None:
    before = Readers(town).current
    done = on_such_a_disk(town, town.releases, FULL_DISK, size_of(town.releases) + (4 << 20))
    fails_and_changes_nothing(town, done, before, "the disk is full")
    assert refresh(town).returncode == 0
    readers = Readers(town)
    assert readers.current != before
    readers.find_nothing_left_behind()


def test_a_folder_of_releases_that_cannot_be_written_to(town: Instance) -> None:
    before = Readers(town).current
    done = on_such_a_disk(town, town.releases, READ_ONLY)
    fails_and_changes_nothing(town, done, before, str(town.releases))
    assert "Mount it for writing" in done.stderr


def test_an_instance_that_cannot_be_written_to(town: Instance) -> None:
    before = Readers(town).current
    done = on_such_a_disk(town, town.root, READ_ONLY)
    fails_and_changes_nothing(town, done, before, "Mount it for writing")
