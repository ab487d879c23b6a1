"""The releases there are and the one that readers see: reading manifests, and the one step that switches. Makes and judges nothing."""

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines import clock
from pipelines.errors import PortfolioError
from pipelines.instance import Instance

CURRENT = "current"


def switch(instance: Instance, folder: Path) -> None:
    """Point `current` at a release in one atomic step."""
    temporary = instance.releases / f".{CURRENT}.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(folder.name)
    temporary.replace(instance.releases / CURRENT)
    directory = os.open(instance.releases, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def is_current(instance: Instance, folder: Path) -> bool:
    """True when readers see this release."""
    return (instance.releases / CURRENT).resolve() == folder.resolve()


def current_release(instance: Instance) -> dict[str, Any] | None:
    """The manifest of the release that readers see, None before the first."""
    path = instance.releases / CURRENT / "release.json"
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def all_releases(instance: Instance) -> list[dict[str, Any]]:
    """The manifests of all releases, newest first."""
    manifests = [json.loads(p.read_text("utf-8")) for p in instance.releases.glob("2*/release.json")]
    return sorted(manifests, key=lambda m: str(m["made_at"]), reverse=True)


def release_before(instance: Instance, as_of: date) -> dict[str, Any] | None:
    """The manifest of the release before the one to come; None when there is none, or it is no longer kept.

    Today it is the one that readers see. For a day in the past it is what it was that day: what the day's own last release came
    after, or else the newest release of a day before.
    """
    zone = ZoneInfo(instance.settings.time_zone)
    if as_of == clock.now().astimezone(zone).date():
        return current_release(instance)
    releases = all_releases(instance)
    made = [(datetime.fromisoformat(r["made_at"]).astimezone(zone).date(), r) for r in releases]
    of_their_day = [(day, r) for day, r in made if r["inputs"]["as_of_date"] == day.isoformat()]
    that_day = next((r for day, r in of_their_day if day == as_of), None)
    if that_day is not None:
        return next((r for r in releases if r["release_id"] == that_day["inputs"]["previous_release"]), None)
    return next((r for day, r in of_their_day if day < as_of), None)


def release_folder(instance: Instance, release: str | None) -> Path:
    """The folder of a release by its id; by `current` or None, of the one that readers see.

    Raises PortfolioError that names the newest releases there are.
    """
    folder = (instance.releases / (release or CURRENT)).resolve()
    if folder.parent == instance.releases.resolve() and (folder / "release.json").is_file():
        return folder
    newest = ", ".join(sorted((p.parent.name for p in instance.releases.glob("2*/release.json")), reverse=True)[:5])
    raise PortfolioError(
        f"Release {release or CURRENT!r}: expected the id of a release in {instance.releases}; the newest: {newest or 'none yet'}. "
        "Choose one (`portfolio releases`), or run `portfolio refresh`."
    )


def release_manifest(instance: Instance, release: str) -> dict[str, Any]:
    """The manifest of a release by its id, or by `current`. Raises PortfolioError."""
    content: dict[str, Any] = json.loads((release_folder(instance, release) / "release.json").read_text("utf-8"))
    return content
