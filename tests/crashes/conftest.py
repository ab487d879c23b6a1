"""Where instances that are killed lie: in memory where there is some, since half of a short night waits for a disk to say that it wrote."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

IN_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def quick_folder() -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    place = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="portfolio-crashes-", dir=place) as name:
        yield Path(name)
