"""What a build is given of the release before: its things, its inputs, and which release that is."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import clock
from pipelines.files import write_json
from pipelines.instance import Instance
from pipelines.release.pointer import release_before
from pipelines.transform.build import Build
from pipelines.transform.previous import DESCRIPTIONS, PREVIOUS_TABLES, lay_out_previous

CONTRACTS = PREVIOUS_TABLES["previous_contract"][1]


def inputs(code: str, day: str, **deliveries: str) -> dict[str, Any]:
    return {
        "code_hash": code,
        "as_of_date": day,
        "deliveries": [
            {"delivery_id": d, "status": s if s != "in_force" else "accepted", "is_in_force": s == "in_force"}
            for d, s in deliveries.items()
        ],
    }


def table(build: Build, name: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(
        f"from read_parquet('{build.source(name)}/*.parquet', union_by_name=true) order by all"
    ).fetchall()


@pytest.fixture
def build(tmp_path: Path) -> Build:
    found = Build(tmp_path / "build")
    found.inputs.mkdir(parents=True)
    return found


def test_the_first_release_has_typed_tables_without_rows(build: Build, tmp_path: Path) -> None:
    lay_out_previous(build, tmp_path, None, inputs("c", "2026-11-01", d1="in_force"), {"instance.yml": "h"}, {})
    assert [table(build, name) for name in DESCRIPTIONS] == [[], [], [], []]


def test_both_sides_of_every_input_stand_beside_each_other(build: Build, tmp_path: Path) -> None:
    before = {"release_id": "r1", "inputs": inputs("c1", "2026-11-01", d1="in_force", d2="withdrawn")}
    now = inputs("c2", "2026-11-02", d1="superseded", d3="in_force")
    lay_out_previous(build, tmp_path, before, now, {"a.csv": "h2", "new.csv": "h"}, {"a.csv": "h1", "old.csv": "h"})
    assert table(build, "release_input") == [
        ("code", "code", "c2", "c1"),
        ("configuration", "a.csv", "h2", "h1"),
        ("configuration", "new.csv", "h", None),
        ("configuration", "old.csv", None, "h"),
        ("date", "as_of_date", "2026-11-02", "2026-11-01"),
        ("delivery", "d1", "superseded", "in_force"),
        ("delivery", "d2", None, "withdrawn"),
        ("delivery", "d3", "in_force", None),
    ]


@pytest.mark.parametrize(("lacking", "rows"), [(None, 1), ("yearly_amount", 0)])
def test_a_table_of_another_shape_is_not_compared(build: Build, tmp_path: Path, lacking: str | None, rows: int) -> None:
    (tmp_path / "parquet").mkdir()
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in CONTRACTS.items() if name != lacking)
    duckdb.sql(f"copy (select {columns}, 1 as more) to '{tmp_path}/parquet/dim_contract.parquet' (format parquet)")
    before = {"release_id": "r1", "inputs": inputs("c", "2026-11-01")}
    lay_out_previous(build, tmp_path, before, inputs("c", "2026-11-01"), {}, {})
    assert len(table(build, "previous_contract")) == rows
    known = [row for row in table(build, "release_input") if row[0] == "table"]
    assert known == ([("table", "dim_contract", "r1", "r1")] if rows else [])


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[date], str | None]:
    """Four releases: one on the 1st, two on the 2nd, and on the 4th one of the 1st; the id of the release before a day's."""
    (tmp_path / "instance.yml").write_text("name: Town\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    instance = Instance.load(tmp_path)
    for release_id, made_at, as_of, previous in (
        ("20261101-a", "2026-11-01T02:00:00+00:00", "2026-11-01", None),
        ("20261102-b", "2026-11-02T02:00:00+00:00", "2026-11-02", "20261101-a"),
        ("20261102-c", "2026-11-02T09:00:00+00:00", "2026-11-02", "20261102-b"),
        ("20261104-d", "2026-11-04T09:00:00+00:00", "2026-11-01", None),
    ):
        content = {
            "release_id": release_id,
            "made_at": made_at,
            "inputs": {"as_of_date": as_of, "previous_release": previous},
        }
        write_json(instance.releases / release_id / "release.json", content)
    (instance.releases / "current").symlink_to("20261102-c")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 5, 12, tzinfo=UTC))

    def before(day: date) -> str | None:
        found = release_before(instance, day)
        return None if found is None else str(found["release_id"])

    return before


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 5), "20261102-c"),  # today: what readers see
        (date(2026, 11, 4), "20261102-c"),  # only a release of another day was made then
        (date(2026, 11, 2), "20261102-b"),  # what the day's last one came after
        (date(2026, 11, 1), None),
        (date(2026, 10, 31), None),
    ],
)
def test_the_release_before_a_past_day_is_what_it_was_then(
    releases: Callable[[date], str | None], day: date, expected: str | None
) -> None:
    assert releases(day) == expected
