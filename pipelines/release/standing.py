"""Which release readers see and why: going back to an earlier one, holding it, pinning, and what may be removed. Makes no release."""

import json
import shutil
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from pipelines import clock
from pipelines.errors import PortfolioError
from pipelines.files import write_json
from pipelines.instance import Instance
from pipelines.release.pointer import all_releases, current_release, release_manifest, switch

HOLD_FILE, PINS_FILE = "hold.json", "pins.json"
REMOVED = ".removed"
SAME = ("deliveries_hash", "configuration_hash", "code_hash")


class Hold(BaseModel):
    """Readers were taken back from one release to another; what is held off are the inputs of the one they were taken from."""

    from_release: str
    to_release: str
    inputs: dict[str, str]
    by: str
    why: str
    at: datetime

    def keeps_off(self, inputs: dict[str, Any]) -> bool:
        """Whether a release of these inputs would be the one that was rolled back: a new day alone changes nothing."""
        return all(self.inputs[name] == inputs[name] for name in SAME)

    @property
    def sentence(self) -> str:
        return (
            f"Readers stay at {self.to_release}: {self.from_release} was rolled back on {self.at:%Y-%m-%d} by {self.by} "
            f"({self.why}) and nothing has changed since. `portfolio resume` lets the next night publish again."
        )


class Pin(BaseModel):
    """A release that retention leaves alone."""

    by: str
    why: str
    at: datetime


def hold_of(instance: Instance) -> Hold | None:
    """The hold that a rollback has left, None when there is none.

    It is over once readers see a release made after it, also when the run that made it was killed before it could say so.
    """
    path = instance.releases / HOLD_FILE
    hold = Hold.model_validate_json(path.read_text("utf-8")) if path.exists() else None
    current = current_release(instance)
    return None if hold and current and datetime.fromisoformat(current["made_at"]) > hold.at else hold


def rollback(instance: Instance, release: str, by: str, why: str) -> Hold:
    """Show readers an earlier release and hold it. Raises PortfolioError when there is no such release, or it is shown already.

    The hold is written before the switch: killed between the two, readers keep the newer release and the command can be run again.
    """
    manifest, current = release_manifest(instance, release), current_release(instance)
    if current is None:
        raise PortfolioError("Readers see no release yet, so there is none to go back from. Run `portfolio refresh`.")
    if manifest["release_id"] == current["release_id"]:
        raise PortfolioError(f"Readers see {release} already. `portfolio releases` lists what there is.")
    rolled_back = hold_of(instance)
    inputs = rolled_back.inputs if rolled_back else {name: current["inputs"][name] for name in SAME}
    hold = Hold(
        from_release=rolled_back.from_release if rolled_back else current["release_id"],
        to_release=manifest["release_id"], inputs=inputs, by=by, why=why, at=clock.now(),
    )  # fmt: skip
    write_json(instance.releases / HOLD_FILE, hold.model_dump(mode="json"))
    switch(instance, instance.releases / hold.to_release)
    return hold


def resume(instance: Instance) -> Hold | None:
    """End the hold, if there is one: the next refresh publishes again. Readers see no other release by this alone."""
    hold = hold_of(instance)
    (instance.releases / HOLD_FILE).unlink(missing_ok=True)
    return hold


def pins_of(instance: Instance) -> dict[str, Pin]:
    """Pinned releases by id."""
    path = instance.releases / PINS_FILE
    return (
        {name: Pin.model_validate(pin) for name, pin in json.loads(path.read_text("utf-8")).items()}
        if path.exists()
        else {}
    )


def pin(instance: Instance, release: str, by: str, why: str) -> str:
    """Keep a release whatever its age; returns its id. Raises PortfolioError when there is none such."""
    found = str(release_manifest(instance, release)["release_id"])
    _write_pins(instance, pins_of(instance) | {found: Pin(by=by, why=why, at=clock.now())})
    return found


def unpin(instance: Instance, release: str) -> None:
    """Let retention decide again. Raises PortfolioError when the release was not pinned."""
    pins = pins_of(instance)
    if pins.pop(release, None) is None:
        raise PortfolioError(f"Expected a pinned release, found {release!r}; pinned: {', '.join(pins) or 'none'}.")
    _write_pins(instance, pins)


def _write_pins(instance: Instance, pins: dict[str, Pin]) -> None:
    write_json(instance.releases / PINS_FILE, {name: p.model_dump(mode="json") for name, p in pins.items()})


Reason = Literal["current", "before", "held", "pinned", "newest", "recent"]


def kept(instance: Instance) -> dict[str, Reason]:
    """Every release that stays, and the first reason why; any other may go.

    A release stays when it is current or the one before it (which readers may still be reading), held or pinned, one of the
    newest `keep_releases`, or younger than `keep_days`.
    """
    manifests, hold, pins = all_releases(instance), hold_of(instance), pins_of(instance)
    current = current_release(instance) or {"release_id": None, "inputs": {"previous_release": None}}
    young = clock.now() - timedelta(days=instance.settings.keep_days)
    reasons: dict[str, Reason] = {}
    for place, manifest in enumerate(manifests):
        name = manifest["release_id"]
        if name == current["release_id"]:
            reasons[name] = "current"
        elif name == current["inputs"]["previous_release"]:
            reasons[name] = "before"
        elif hold and name in (hold.from_release, hold.to_release):
            reasons[name] = "held"
        elif name in pins:
            reasons[name] = "pinned"
        elif place < instance.settings.keep_releases:
            reasons[name] = "newest"
        elif datetime.fromisoformat(manifest["made_at"]) > young:
            reasons[name] = "recent"
    return reasons


def remove_old(instance: Instance) -> list[str]:
    """Remove the releases that nothing keeps, oldest first; returns their ids.

    A folder is renamed before it is emptied, so that none is ever seen half; what a killed removal left goes with the next.
    """
    stays = kept(instance)
    gone = [str(m["release_id"]) for m in reversed(all_releases(instance)) if m["release_id"] not in stays]
    for name in gone:
        (instance.releases / name).rename(instance.releases / f"{REMOVED}-{name}")
    for folder in instance.releases.glob(f"{REMOVED}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return gone
