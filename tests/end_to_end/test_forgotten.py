"""After its bytes were forgotten, a delivery counts in no refresh, and the release that was made of it says what it can no longer do."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.archive import Archive
from pipelines.ingest.forgetting import forget
from pipelines.instance import Instance
from pipelines.release.rebuildable import lost_deliveries, lost_inputs
from tests.end_to_end.test_as_of import DAY_1, DAY_2, configure, deliver, refreshed, today, write_contract

__all__ = ["today"]  # a fixture
pytestmark = pytest.mark.slow


def test_a_forgotten_delivery_counts_no_more(tmp_path: Path, today: Callable[[date], None]) -> None:
    root = tmp_path / "town"
    configure(root, "IT-afdelingen", price_year=2026)
    write_contract(root, "systems", {"drift": "in_use"})
    deliver(root, "systems_2026-02-28.csv", "Id;Navn;Status;Pris", "1;Sag;drift;100")
    deliver(root, "systems_2026-04-30.csv", "Id;Navn;Status;Pris", "1;Torkild Pilehegnet;drift;100", "2;Løn;drift;20")
    today(DAY_1)
    before = refreshed(root)
    oldest, newest = sorted(Archive(root / "archive").deliveries(), key=lambda d: d.business_date)
    instance = Instance.load(root)
    forgotten = forget(instance, newest.delivery_id, "names a citizen", "it-portfolio")
    assert forgotten.removed_count >= 3  # bytes, accepted rows, their report
    (root / forgotten.still_landed[0]).unlink()
    today(DAY_2)
    after = refreshed(root)
    assert [d["delivery_id"] for d in after["inputs"]["deliveries"]] == [oldest.delivery_id]
    assert [m["tables"]["dim_system"]["rows"] for m in (before, after)] == [2, 1]
    lost = lost_deliveries(instance)
    assert [set(lost_inputs(m, lost)) for m in (before, after)] == [{newest.delivery_id}, set()]
    left = [
        p for name in ("archive", "raw", "rejected") for p in (root / name).rglob("*") if newest.delivery_id in p.name
    ]
    assert left == []
    assert (
        json.loads((root / "releases" / "current" / "release.json").read_text("utf-8"))["release_id"]
        == after["release_id"]
    )
