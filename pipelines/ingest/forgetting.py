"""Forget a delivery: its bytes and every row that was parsed from them, for good. What stays is a tombstone in the journal.

Releases are left alone: they hold nothing personal. What they can no longer do, release/rebuildable.py says.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines import clock
from pipelines.errors import PortfolioError
from pipelines.files import sha256_of
from pipelines.ingest.archive import Archive, Delivery
from pipelines.instance import Instance


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten: the deliveries that had these bytes, how many files went, and where in landing the bytes still lie."""

    delivery_ids: tuple[str, ...]
    removed_count: int
    still_landed: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a person must know of it, and still do."""
        done = (
            f"Forgotten: {', '.join(self.delivery_ids)}; {self.removed_count} files removed from archive and caches. "
            "It stops counting with the next `portfolio refresh`; `portfolio releases` marks what can no longer be rebuilt."
        )
        left = ", ".join(self.still_landed)
        return f"{done} The same bytes still lie in {left}: remove them there." if left else done


def forget(instance: Instance, delivery_id: str, reason: str, by: str) -> Forgotten:
    """Delete the bytes of a delivery; other deliveries of the same bytes are forgotten with it. Raises PortfolioError when unknown.

    The tombstone is written first: killed after it, the delivery does not count, and the command can be run again to the end.
    """
    archive = Archive(instance.archive)
    deliveries = {d.delivery_id: d for d in archive.deliveries()}
    if delivery_id not in deliveries:
        raise PortfolioError(f"No delivery {delivery_id!r} in the archive. `portfolio status --deliveries` lists them.")
    hashes = deliveries[delivery_id].content_hashes
    touched = [d for d in deliveries.values() if set(hashes) & set(d.content_hashes)]
    if not deliveries[delivery_id].forgotten:
        at = clock.now().isoformat(timespec="seconds")
        archive.append({"event": "forgotten", "at": at, "content_sha256": list(hashes), "reason": reason, "by": by})
    removed = _remove(map(archive.path_of, hashes))
    for delivery in touched:
        for folder in (instance.raw, instance.rejected):
            removed += _remove(list(folder.rglob(f"{delivery.delivery_id}-*")))
        removed += _remove_builds(instance.build, delivery)
    return Forgotten(tuple(d.delivery_id for d in touched), removed, _landed(instance, touched, set(hashes)))


def _remove_builds(folder: Path, delivery: Delivery) -> int:
    """Whole builds that were made of a delivery: its rows are in their tables too, and the next build might take those over."""
    made_of = {path: list(path.rglob(f"{delivery.delivery_id}-*")) for path in folder.glob("*")}
    for build, files in made_of.items():
        if files:
            (build / "warehouse.duckdb").unlink(missing_ok=True)  # first: killed after it, the files are found again
            shutil.rmtree(build)
    return sum(map(len, made_of.values()))


def _remove(paths: Iterable[Path]) -> int:
    there = [path for path in paths if path.is_file()]
    for path in there:
        path.unlink()
    return len(there)


def _landed(instance: Instance, deliveries: list[Delivery], hashes: set[str]) -> tuple[str, ...]:
    """Where in landing these bytes still lie, as far as the deliveries say where they came from."""
    places = {f"{d.landing_path}/{name}" if d.parts else d.landing_path for d in deliveries for name in d.file_names}
    return tuple(p for p in sorted(places) if (instance.root / p).is_file() and sha256_of(instance.root / p) in hashes)
