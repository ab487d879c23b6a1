"""What a disk refuses (no room, no permission to write), as a sentence for the person who can do something about it.

Such a fault is the machine's, never a delivery's: nothing may be refused, or counted as absent, because of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import DeliveryRefused, PortfolioError

NO_ROOM = "the disk is full. Free space (old folders of build/ may go), then run the same command again."
NO_WRITING = (
    "it cannot be written to. Mount it for writing and give this user the right to, then run the same command again."
)
OF_DAGSTER = {  # as SQLite says it, without the place; nothing else of ours uses it
    "database or disk is full": NO_ROOM,
    "disk I/O error": NO_ROOM.replace("full.", "full or failing.", 1),
    "attempt to write a readonly database": NO_WRITING,
    "unable to open database file": NO_WRITING,
}
FAULTS = {  # as the C library and DuckDB say it, with the path
    "No space left on device": NO_ROOM,
    "Disk quota exceeded": NO_ROOM,
    "Read-only file system": NO_WRITING,
    "Permission denied": NO_WRITING,
    **OF_DAGSTER,
}
SPEAKERS = (OSError, duckdb.IOException, duckdb.FatalException, sqlite3.Error)


def storage_sentence(text: str) -> str | None:
    """What was found and what to do next, when an error's text is of a disk; None when it is of something else."""
    fault = next((said for said in FAULTS if said in text), None)
    if fault is None:
        return None
    where = " (in .dagster/, where Dagster keeps its records)" if fault in OF_DAGSTER else ""
    return f"Expected room and permission to write, found: {text.strip()}{where}. That is, {FAULTS[fault]}"


def storage_fault(error: BaseException) -> str | None:
    """The same of an error and whatever it came from: only what disks are heard through counts, not a text in somebody's file."""
    found = (storage_sentence(str(e)) for e in _chain(error) if isinstance(e, SPEAKERS))
    return next((sentence for sentence in found if sentence), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def blamed_on_the_disk() -> Iterator[None]:
    """Fail the night where a delivery would be refused for what the disk did: a refusal is kept, and would outlive the fault."""
    try:
        yield
    except DeliveryRefused as refusal:
        if sentence := storage_fault(refusal):
            raise PortfolioError(sentence) from refusal
        raise
