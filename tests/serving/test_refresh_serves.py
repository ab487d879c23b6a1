"""The nightly run hands its release over to PostgreSQL, says so when it cannot, and makes up for it the night after."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from pipelines.instance import PROJECT_ROOT
from pipelines.release.postgres import served_release
from tests.unit.test_documentation import write_smallest_instance

pytestmark = pytest.mark.slow  # night after night
DOWN = "postgresql://user:hunter2@127.0.0.1:1/portfolio"


def refresh(root: Path, dsn: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORTFOLIO_POSTGRES_DSN": dsn, "COLUMNS": "160"}
    line = [sys.executable, "-m", "pipelines.cli", "--instance", str(root), "refresh"]
    return subprocess.run(line, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)


def test_night_after_night(tmp_path: Path, dsn: str) -> None:
    dsn, root = make_conninfo(dsn, password="hunter2"), tmp_path / "town"
    write_smallest_instance(root)
    current = root / "releases" / "current"

    done = refresh(root, dsn)
    assert done.returncode == 0, done.stdout + done.stderr
    first = current.resolve().name
    assert served_release(dsn) == first
    assert f"PostgreSQL serves {first}" in done.stdout

    shutil.copy(root / "landing/it/systems_2026-10-31.csv", root / "landing/it/systems_2026-11-01.csv")
    failed = refresh(root, DOWN)
    second = current.resolve().name
    assert (failed.returncode, second != first) == (1, True)
    assert f"Release {second} stands and is current in its folder. Release {second} was not published" in failed.stderr
    assert served_release(dsn) == first

    unchanged = refresh(root, dsn)
    assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr
    assert "verified unchanged" in unchanged.stdout
    assert current.resolve().name == second == served_release(dsn)

    said = "".join(run.stdout + run.stderr for run in (done, failed, unchanged))
    assert "hunter2" not in said
    records = [p for p in root.rglob("*") if p.is_file()]  # Dagster's event store and logs among them
    assert any(p.is_relative_to(root / ".dagster") and b"was not published" in p.read_bytes() for p in records)
    assert [p for p in records if b"hunter2" in p.read_bytes()] == []
