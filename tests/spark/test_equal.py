"""The same release from Spark as from DuckDB: every table row by row, on the sample and on Canada's extract. `make test-spark`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.instance import Instance
from pipelines.release.pointer import release_manifest
from pipelines.transform.spark import SPARK_EXECUTABLE
from tests.comparing import current, differing_tables
from tests.real.land import land

Run = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK_EXECUTABLE.exists(), reason="Spark is not set up: make setup-spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17, and there is none"),
]


def assert_spark_says_the_same(instance: Instance, portfolio: Run) -> None:
    """Refresh again on Spark and hold the release against the one before: all tables but the row that says which release it is."""
    before = current(instance)
    done = portfolio(instance.root, "refresh", "--engine", "spark", "--force")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    after = current(instance)
    assert after != before
    assert differing_tables(instance, before, after) == []
    assert len(release_manifest(instance, after)["tables"]) > 40
    verified = portfolio(instance.root, "verify", after)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_sample(sample_copy: Instance, portfolio: Run) -> None:
    assert_spark_says_the_same(sample_copy, portfolio)


def test_canada(real_files: Path, tmp_path: Path, portfolio: Run) -> None:
    instance = land("canada", real_files, tmp_path)
    done = portfolio(instance.root, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_spark_says_the_same(instance, portfolio)
