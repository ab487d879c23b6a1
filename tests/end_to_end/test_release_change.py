"""What is new since the release before, and why: each release after one change of one kind."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.archive import Archive
from pipelines.release.whole import open_whole
from tests.end_to_end.test_as_of import NAMES, STATUS, configure, deliver, refreshed, tables, write_contract
from tests.end_to_end.test_as_of import today as today  # a fixture

SYSTEMS, CONTRACTS = "Id;Navn;Status;Pris", "Nr;Titel;Systemer;Pris"
DECISION = (
    "kind,left,right,decision,decided_by,decided_date,reason\nproduct,it/1,it/4,same,kontorchef,2026-03-12,Samme\n"
)


pytestmark = pytest.mark.slow  # night after night


def changes(root: Path, manifest: dict[str, Any]) -> set[tuple[Any, ...]]:
    """Kind, name, change, field, difference, cause and detail of every row."""
    with open_whole(root / "releases" / manifest["release_id"]) as marts:
        return set(
            marts.execute(
                "select item_kind_code, item_name, change_code, changed_field_name, cast(difference_amount as integer), cause_code, "
                "cause_detail from mart_release_change"
            ).fetchall()
        )


def test_each_change_is_told_with_its_cause(tmp_path: Path, today: Callable[[date], None]) -> None:
    root = tmp_path / "town"
    configure(root, "IT-afdelingen", price_year=2026)
    for dataset in NAMES:
        write_contract(root, dataset, STATUS)
    deliver(root, "systems_2026-02-28.csv", SYSTEMS, "1;Sag;drift;100", "2;Løn;drift;20", "3;Vagt;drift;40")
    deliver(root, "contracts_2026-02-28.csv", CONTRACTS, "K1;Aftale om Vagt;3;300")
    today(date(2026, 3, 10))
    first = refreshed(root)
    assert (changes(root, first), first["inputs"]["previous_release"]) == (set(), None)

    today(date(2026, 3, 11))
    file = "systems_2026-03-10.csv"
    deliver(root, file, SYSTEMS, "1;Sag;drift;120", "3;Vagt;drift;40", "4;Journal;drift;70")
    second = refreshed(root)
    assert second["inputs"]["previous_release"] == first["release_id"]
    assert changes(root, second) == {
        ("system", "Løn", "ended", None, -20, "new_delivery", file),
        ("system", "Journal", "added", None, 70, "new_delivery", file),
        ("cost", "Sag", "changed", "yearly_cost_amount", 20, "new_delivery", file),
    }

    today(date(2026, 3, 12))
    decisions = root / "reference" / "decisions" / "link_decision.csv"
    decisions.parent.mkdir()
    decisions.write_text(DECISION, "utf-8")
    (row,) = changes(root, refreshed(root))
    assert row[0] == "system"
    assert row[1] in ("Sag", "Journal")
    assert row[2:] == ("changed", "product_name", None, "human_decision", "reference/decisions/link_decision.csv")

    today(date(2026, 3, 13))
    file = "contracts_2026-03-12.csv"
    deliver(root, file, CONTRACTS, "K1;Aftale om Vagt;3;450")
    by_delivery = refreshed(root)
    assert changes(root, by_delivery) == {
        ("contract", "Aftale om Vagt", "changed", "yearly_amount", 150, "new_delivery", file),
        ("cost", "Vagt", "changed", "yearly_cost_amount", 150, "new_delivery", file),
    }

    archive = Archive(root / "archive")
    today(date(2026, 3, 14))
    newest = max((d for d in archive.deliveries() if d.contract_id == "it.contracts"), key=lambda d: d.business_date)
    archive.withdraw(newest.delivery_id, "wrong", "test")
    assert {row[-2:] for row in changes(root, refreshed(root))} == {("withdrawn_delivery", file)}

    again = refreshed(root, date(2026, 3, 13))
    assert again["inputs"]["previous_release"] == by_delivery["inputs"]["previous_release"]
    assert tables(again) == tables(by_delivery)
    today(date(2026, 3, 15))
    assert changes(root, refreshed(root)) == set()
