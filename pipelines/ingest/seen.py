"""A cache of what landed files looked like when they were hashed, so that a file that lies still is not read every night."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.files import write_json
from pipelines.ingest.archive import Delivery


class Seen:
    """Hash and time of receipt of every landed file. Losing it costs time; the journal knows the truth."""

    def __init__(self, path: Path, past: list[Delivery]) -> None:
        self._path = path
        self._entries = _cached(path)
        self._past = {(d.landing_path, d.content_sha256): d.received_at for d in past}
        self._changed = False

    def hash_of(self, path: Path, relative: str) -> str | None:
        """The SHA-256 that a file had when it looked just like this; None when it is new or changed."""
        entry = self._entries.get(relative)
        return str(entry[1]) if entry and entry[0] == look(path) else None

    def remember(self, path: Path, relative: str, content_sha256: str) -> str:
        """Note what a file looks like now; gives the hash back."""
        lost = relative not in self._entries
        at = self._past.get((relative, content_sha256)) if lost else None
        self._entries[relative] = [look(path), content_sha256, at and at.isoformat()]
        self._changed = True
        return content_sha256

    def received_at(self, relative: str, clock: Callable[[], datetime]) -> datetime:
        """When these bytes were first seen here: stable while the file lies still, new when it is put there again."""
        entry = self._entries[relative]
        if not entry[2]:
            entry[2] = clock().isoformat(timespec="seconds")
            self._changed = True
        return datetime.fromisoformat(entry[2])

    def save(self) -> None:
        """Write the cache when something in it changed."""
        if self._changed:
            write_json(self._path, self._entries)


def look(path: Path) -> list[int]:
    """Size and time of a file: what changes while it is written."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _cached(path: Path) -> dict[str, list[Any]]:
    try:
        content: dict[str, list[Any]] = json.loads(path.read_text("utf-8"))
        return content
    except (OSError, ValueError):
        return {}
