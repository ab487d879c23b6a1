"""Whether a release could be made again: are the bytes of all deliveries that it was made of still in the archive? Changes nothing."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.archive import Archive
from pipelines.instance import Instance

MISSING = "is missing from the archive (restore it from its backup)"


def lost_deliveries(instance: Instance) -> dict[str, str]:
    """Deliveries without their bytes, by id, and what became of them: forgotten on purpose, or missing."""
    archive = Archive(instance.archive)
    return {
        d.delivery_id: f"was {d.forgotten}" if d.forgotten else MISSING
        for d in archive.deliveries()
        if d.forgotten or not all(path.is_file() for path in archive.files_of(d))
    }


def lost_inputs(manifest: Mapping[str, Any], lost: Mapping[str, str]) -> dict[str, str]:
    """Those of the lost deliveries that a release was made of; empty when it can be made again."""
    needed = {d["delivery_id"] for d in manifest["inputs"]["deliveries"]}
    return {delivery: said for delivery, said in lost.items() if delivery in needed}
