"""Faults of a disk are told as such, wherever they come from; a text in somebody's file is none."""

import errno
import gzip
import os
import sqlite3
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DeliveryRefused, PortfolioError
from pipelines.ingest import unpack
from pipelines.storage import blamed_on_the_disk, storage_fault


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/d/x"), "/d/x.*the disk is full"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "/d/x"), "/d/x.*Mount it for writing"),
        (
            duckdb.IOException('IO Error: Could not write file "/d/x": No space left on device'),
            "/d/x.*the disk is full",
        ),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (sqlite3.OperationalError("disk I/O error"), r"\.dagster/.*the disk is full or failing"),
    ],
)
def test_a_fault_of_the_disk_says_what_to_do(error: Exception, told: str) -> None:
    refusal = DeliveryRefused("a broken file")
    refusal.__cause__ = error
    with pytest.raises(PortfolioError, match=told) as caught, blamed_on_the_disk():
        raise refusal
    assert not isinstance(caught.value, DeliveryRefused)


@pytest.mark.parametrize(
    "error",
    [
        duckdb.ConversionException("Conversion Error: 'No space left on device' is no date"),
        FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/d/x"),
        gzip.BadGzipFile("Not a gzipped file"),
    ],
)
def test_what_is_wrong_with_a_file_is_no_fault_of_the_disk(error: Exception) -> None:
    assert storage_fault(error) is None
    with pytest.raises(DeliveryRefused), blamed_on_the_disk():
        raise DeliveryRefused("a broken file") from error


def test_a_packed_file_that_finds_no_room_is_not_a_broken_one(tmp_path: Path) -> None:
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"x" * 100_000))
    with pytest.raises(PortfolioError, match="the disk is full") as caught, blamed_on_the_disk():
        unpack._streamed(gzip.GzipFile(packed), Path("/dev/full"), "a.csv.gz")
    assert not isinstance(caught.value, DeliveryRefused)
