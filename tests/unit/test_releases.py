"""Going back, holding, pinning, retention, comparing and proving, on releases made by hand."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from pipelines import clock
from pipelines.cli import portfolio
from pipelines.errors import PortfolioError
from pipelines.files import sha256_of, write_json
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release import readback, standing
from pipelines.release.compare import compare
from pipelines.release.pointer import current_release, release_manifest, switch
from pipelines.release.tables import table_facts, write_parquet

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
SPEND = "select 'a' as spend_key, 'sof' as administration_code, cast(100.00 as decimal(18, 2)) as spend_amount, 1 as line_count"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    settings = {"name": "T", "currency": "DKK", "price_year": 2026, "keep_releases": 2, "keep_days": 10}
    (tmp_path / "instance.yml").write_text(yaml.safe_dump(settings), "utf-8")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Instance.load(tmp_path)


def release(instance: Instance, age_days: int, query: str = SPEND, previous: str | None = None, **inputs: str) -> str:
    """A whole release of one table, `age_days` old; returns its id."""
    made_at = NOW - timedelta(days=age_days)
    name = f"{made_at:%Y%m%dT%H%M%SZ}-{age_days:08d}"
    folder = instance.releases / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(f"create table fct_spend as {query}")
        facts = table_facts(connection, "fct_spend")
    write_parquet(folder, folder)
    hashes = {"deliveries_hash": name, "configuration_hash": "c", "code_hash": "k"} | inputs
    content: dict[str, Any] = {
        "release_id": name, "made_at": made_at.isoformat(), "late": [], "refused": [],
        "inputs": {"as_of_date": f"{made_at:%Y-%m-%d}", "previous_release": previous, "deliveries": [], **hashes},
        "audit": {"counts": {"passed": 3}},
        "tables": {"fct_spend": {"rows": facts.row_count, "checksum": facts.checksum, "key": ["spend_key"]}},
        "files": {p.relative_to(folder).as_posix(): sha256_of(p) for p in folder.rglob("*") if p.is_file()},
    }  # fmt: skip
    write_json(folder / "release.json", content)
    switch(instance, folder)
    return name


def run(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(portfolio, ["--instance", str(instance.root), *words])


def shown(instance: Instance) -> str:
    manifest = current_release(instance)
    assert manifest is not None
    return str(manifest["release_id"])


def test_a_rollback_shows_the_earlier_release_and_keeps_off_what_was_rolled_back(instance: Instance) -> None:
    old, new = release(instance, 2), release(instance, 1)
    hold = standing.rollback(instance, old, "office", "wrong rule")
    assert shown(instance) == old
    rolled_back = release_manifest(instance, new)["inputs"]
    assert hold.keeps_off(rolled_back | {"as_of_date": "2026-11-26"})  # a new day alone is no change
    for name in standing.SAME:
        assert not hold.keeps_off(rolled_back | {name: "another"})


def test_a_second_rollback_still_keeps_off_the_release_that_was_taken_back_first(instance: Instance) -> None:
    oldest, old, new = release(instance, 3), release(instance, 2), release(instance, 1)
    standing.rollback(instance, old, "office", "wrong rule")
    hold = standing.rollback(instance, oldest, "office", "wrong too")
    assert (hold.from_release, hold.to_release, shown(instance)) == (new, oldest, oldest)
    assert hold.keeps_off(release_manifest(instance, new)["inputs"])


def test_resume_ends_the_hold_and_switches_nothing(instance: Instance) -> None:
    old, _ = release(instance, 2), release(instance, 1)
    standing.rollback(instance, old, "office", "wrong rule")
    assert "publishes again" in run(instance, "resume").output
    assert standing.hold_of(instance) is None
    assert shown(instance) == old
    assert "Nothing is held" in run(instance, "resume").output


def test_rolling_back_to_what_is_shown_or_to_nothing_is_refused(instance: Instance) -> None:
    only = release(instance, 1)
    with pytest.raises(PortfolioError, match="already"):
        standing.rollback(instance, only, "office", "x")
    with pytest.raises(PortfolioError, match="expected the id of a release"):
        standing.rollback(instance, "../archive", "office", "x")
    assert standing.hold_of(instance) is None


def test_without_a_current_release_there_is_nothing_to_go_back_from(instance: Instance) -> None:
    only = release(instance, 1)
    (instance.releases / "current").unlink()
    with pytest.raises(PortfolioError, match="no release yet"):
        standing.rollback(instance, only, "office", "x")


def test_status_says_that_readers_are_held_at_an_earlier_release(instance: Instance) -> None:
    old, _ = release(instance, 2), release(instance, 1)
    assert "Held" not in run(instance, "status").output
    standing.rollback(instance, old, "office", "wrong rule")
    assert f"Readers stay at {old}" in run(instance, "status").output


def test_retention_keeps_current_the_one_before_pinned_held_newest_and_recent(instance: Instance) -> None:
    pinned, before, gone = release(instance, 90), release(instance, 80), release(instance, 70)
    held_from, recent = release(instance, 40), release(instance, 9)
    newest_but_one, newest = release(instance, 3), release(instance, 2)
    held_to = release(instance, 60, previous=before)
    switch(instance, instance.releases / newest)
    standing.pin(instance, pinned, "office", "the budget was decided on it")
    manifest = release_manifest(instance, held_from)
    hold = {n: manifest["inputs"][n] for n in standing.SAME}
    write_json(
        instance.releases / standing.HOLD_FILE,
        {
            "from_release": held_from,
            "to_release": held_to,
            "inputs": hold,
            "by": "o",
            "why": "w",
            "at": NOW.isoformat(),
        },
    )
    switch(instance, instance.releases / held_to)
    assert standing.kept(instance) == {
        pinned: "pinned", before: "before", held_from: "held", held_to: "current", recent: "recent",
        newest_but_one: "newest", newest: "newest",
    }  # fmt: skip
    assert standing.remove_old(instance) == [gone]
    assert not list(instance.releases.glob(f"*{gone}*"))
    assert (instance.releases / pinned / "marts.duckdb").exists()


def test_a_removal_that_was_killed_goes_on_with_the_next(instance: Instance) -> None:
    release(instance, 1)
    (instance.releases / ".removed-20200101T000000Z-00000000/parquet").mkdir(parents=True)
    assert standing.remove_old(instance) == []
    assert not list(instance.releases.glob(".removed-*"))


def test_unpinning_lets_retention_decide_again(instance: Instance) -> None:
    old, _, _ = release(instance, 90), release(instance, 2), release(instance, 1)
    standing.pin(instance, old, "office", "x")
    assert standing.remove_old(instance) == []
    standing.unpin(instance, old)
    assert standing.remove_old(instance) == [old]
    with pytest.raises(PortfolioError, match="Expected a pinned release"):
        standing.unpin(instance, old)


def test_the_list_says_what_becomes_of_each_release(instance: Instance) -> None:
    old, middle, new = release(instance, 90), release(instance, 50), release(instance, 1)
    run(instance, "pin", middle, "--by", "office", "--why", "budget 2027")
    lines = {
        name: line
        for line in run(instance, "releases").output.splitlines()
        for name in (old, middle, new)
        if name in line
    }
    assert "goes with the next release" in lines[old]
    assert "pinned by office: budget 2027" in lines[middle]
    assert "→" in lines[new]
    assert "readers see it" in lines[new]


CHANGED = """
    select * from (values
        ('a', 'sof', cast(150.00 as decimal(18, 2)), 1), ('b', 'okf', 7.00, 2), ('d', 'okf', 5.00, 9)
    ) as t (spend_key, administration_code, spend_amount, line_count)"""
BEFORE = """
    select * from (values
        ('a', 'sof', cast(100.00 as decimal(18, 2)), 1), ('b', 'okf', 7.00, 1), ('c', 'okf', 30.00, 1)
    ) as t (spend_key, administration_code, spend_amount, line_count)"""


def folders(instance: Instance, *names: str) -> list[tuple[Path, dict[str, Any]]]:
    return [(instance.releases / n, release_manifest(instance, n)) for n in names]


def test_a_difference_counts_rows_sums_amounts_and_ranks_changes_by_money(instance: Instance) -> None:
    """c left (30.00), d came (5.00), a grew by 50.00, b's line count went from 1 to 2: 137.00 to 162.00."""
    old, new = folders(instance, release(instance, 2, BEFORE), release(instance, 1, CHANGED))
    (found,) = compare(old, new)
    assert (found.rows, found.added, found.removed, found.changed) == ((3, 3), 1, 1, 2)
    assert {c: (str(a), str(b)) for c, (a, b) in found.sums.items()} == {"spend_amount": ("137.00", "162.00")}
    assert [(c.kind, c.key["spend_key"], c.column, c.before, c.after) for c in found.changes] == [
        ("changed", "a", "spend_amount", "100.00", "150.00"),
        ("removed", "c", "spend_amount", "30.00", None),
        ("added", "d", "spend_amount", None, "5.00"),
        ("changed", "b", "line_count", "1", "2"),
    ]


def test_without_a_key_a_changed_row_is_one_that_left_and_one_that_came(instance: Instance) -> None:
    old, new = folders(instance, release(instance, 2, BEFORE), release(instance, 1, CHANGED))
    for _, manifest in (old, new):
        del manifest["tables"]["fct_spend"]["key"]
    (found,) = compare(old, new)
    assert (found.added, found.removed, found.changed) == (3, 3, 0)
    assert found.changes[0].after == "150.00"


def test_columns_and_tables_that_came_or_went_are_named(instance: Instance) -> None:
    more = f"select *, true as is_new from ({SPEND})"
    old, new = folders(instance, release(instance, 2), release(instance, 1, more))
    new[1]["tables"]["dim_more"] = {"rows": 4, "checksum": "1"}
    more_table, spend = compare(old, new)
    assert (more_table.table, more_table.rows, more_table.is_same) == ("dim_more", (None, 4), False)
    assert (spend.columns, spend.added, spend.removed, spend.changed, spend.is_same) == (
        ((), ("is_new",)),
        0,
        0,
        0,
        False,
    )


def test_null_keys_and_null_cells_are_compared_as_values(instance: Instance) -> None:
    one = "select cast(null as varchar) as spend_key, cast(null as decimal(18, 2)) as spend_amount, 1 as n"
    two = one.replace("1 as n", "2 as n")
    (found,) = compare(*folders(instance, release(instance, 2, one), release(instance, 1, two)))
    assert (found.added, found.removed, found.changed) == (0, 0, 1)


def test_the_same_content_is_the_same_and_the_exit_code_says_so(instance: Instance) -> None:
    old, new, other = release(instance, 3), release(instance, 2), release(instance, 1, CHANGED)
    same = run(instance, "diff", old, new, "--exit-code")
    assert (same.exit_code, "0 of 1 tables differ" in same.output) == (0, True)
    differing = run(instance, "diff", old, other, "--exit-code")
    assert differing.exit_code == 4
    assert "changed: spend_key=a: spend_amount 100.00 → 150.00" in differing.output
    assert json.loads(run(instance, "diff", old, other, "--json").output)[0]["added"] == 2
    assert isinstance(run(instance, "diff", old, "--table", "nothing").exception, PortfolioError)


@pytest.mark.parametrize("damage", ["flip", "remove", "add", "table"])
def test_verify_finds_every_damage(instance: Instance, damage: str) -> None:
    name = release(instance, 1)
    folder = instance.releases / name
    assert run(instance, "verify").exit_code == 0
    parquet = folder / "parquet/fct_spend.parquet"
    if damage == "flip":
        content = bytearray(parquet.read_bytes())
        content[len(content) // 2] ^= 1
        parquet.write_bytes(content)
    elif damage == "remove":
        parquet.unlink()
    elif damage == "add":
        (folder / "parquet/more.parquet").write_bytes(b"x")
    else:
        manifest = release_manifest(instance, name)
        manifest["tables"]["fct_spend"]["checksum"] = "0"
        write_json(folder / "release.json", manifest)
    found = run(instance, "verify", name)
    assert isinstance(found.exception, PortfolioError)
    assert "is not what was released" in str(found.exception)
    assert "fct_spend" in str(found.exception) or "more.parquet" in str(found.exception)


def test_a_hold_is_over_once_readers_see_a_later_release(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a night that was killed between the switch and the end of the hold."""
    old, _ = release(instance, 2), release(instance, 1)
    standing.rollback(instance, old, "office", "wrong rule")
    assert standing.hold_of(instance) is not None
    release(instance, -1)
    assert standing.hold_of(instance) is None


def test_a_reading_back_that_was_killed_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def killed(*_: object) -> Iterator[Callable[[], CompletedProcess[str]]]:
        yield lambda: CompletedProcess([], -9, "", "")

    monkeypatch.setattr(readback, "beside", killed)
    assert "-9" in readback.read_back(tmp_path)


def test_a_reader_whose_parent_died_does_not_begin(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipelines.release.readback", str(tmp_path)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=PROJECT_ROOT
    )
    assert (done.returncode, done.stdout + done.stderr) == (2, "")
