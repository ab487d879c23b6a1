"""Which tables a build takes over from the one before: those that nothing has changed, and no other."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.audit.result import AuditRecord, CheckResult, Outcome
from pipelines.audit.run import RECORD, WAREHOUSE_FILE
from pipelines.files import sha256_of
from pipelines.transform.build import Build
from pipelines.transform.carry import changed_inputs, take_over_tables, unchanged
from pipelines.transform.dbt import ensure_manifest

VARIABLES = {"as_of_date": "2026-11-02", "price_year": 2026, "currency": "DKK"}


def model(name: str, kind: str = "table", sql: str = "", macros: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "resource_type": "model", "schema": "core", "alias": name, "raw_code": sql, "config": {"materialized": kind},
        "depends_on": {"macros": list(macros)},
    }  # fmt: skip


# ledger -> lines (view) -> spend, dated: asks for the day by way of two macros -> shown
MANIFEST: dict[str, Any] = {
    "sources": {"source.raw_ledger": {"name": "raw_ledger"}, "source.raw_systems": {"name": "raw_systems"}},
    "nodes": {
        "model.lines": model("lines", "view"),
        "model.spend": model("spend"),
        "model.systems": model("systems"),
        "model.dated": model("dated", macros=("macro.in_use",)),
        "model.shown": model("shown"),
        "model.plainly": model("plainly", sql="select {{ as_of_date() }}"),
    },
    "parent_map": {
        "model.lines": ["source.raw_ledger"],
        "model.spend": ["model.lines"],
        "model.systems": ["source.raw_systems"],
        "model.dated": ["model.systems"],
        "model.shown": ["model.dated", "model.spend"],
        "model.plainly": [],
    },
    "macros": {
        "macro.in_use": {"macro_sql": "{{ ended() }}", "depends_on": {"macros": ["macro.ended"]}},
        "macro.ended": {"macro_sql": "x < {{ as_of_date() }}", "depends_on": {"macros": []}},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "same_day", "expected"),
    [
        (set(), True, ["core.dated", "core.lines", "core.plainly", "core.shown", "core.spend", "core.systems"]),
        (set(), False, ["core.lines", "core.spend", "core.systems"]),
        ({"raw_ledger"}, True, ["core.dated", "core.lines", "core.plainly", "core.systems"]),
        ({"raw_ledger", "raw_systems"}, False, ["core.lines"]),
    ],
)
def test_a_table_is_as_before_unless_something_under_it_changed_or_asks_for_the_day(
    changed: set[str], same_day: bool, expected: list[str]
) -> None:
    assert unchanged(MANIFEST, changed, same_day=same_day) == expected


def test_of_the_project_the_ledger_does_not_ask_for_the_day_and_what_is_in_use_does() -> None:
    manifest = json.loads(ensure_manifest().read_text("utf-8"))
    names = unchanged(manifest, (), same_day=False)
    assert "core.fct_it_spend" in names
    assert not {"core.dim_system", "marts.mart_it_landscape", "marts.mart_investment_overview"} & set(names)
    assert not {"intermediate.int_contract__dated"} & set(names)
    models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
    assert len(unchanged(manifest, (), same_day=True)) == len(models)
    postings = unchanged(manifest, {"raw_postings"}, same_day=True)
    assert "core.fct_it_spend" not in postings
    assert "core.dim_contract_history" in postings


def made(folder: Path, day: str, code: str = "c1", passed: bool = True, systems: bytes = b"1") -> Build:
    """A build with a table of each model, a view, and a table that business cases wrote."""
    build = Build(folder)
    for name, content in (("raw_ledger", b"ledger"), ("raw_systems", systems)):
        build.source(name).mkdir(parents=True)
        (build.source(name) / "part.parquet").write_bytes(content)
    build.save_plan({"as_of_date": day, "engine": "duckdb", "inputs": {"code_hash": code}})
    with duckdb.connect(str(build.warehouse)) as connection:
        connection.execute(
            f"create schema core; create view core.lines as select '{folder.name}' as made_by; "
            "create table core.case_result as select 1 as n"
        )
        for name in ("spend", "systems", "dated", "shown", "plainly"):
            rows = 100 if name == "spend" else 1
            connection.execute(f"create table core.{name} as select '{folder.name}' as made_by from range({rows})")
    build.dbt_target.mkdir()
    (build.dbt_target / "run_results.json").write_text(
        json.dumps({"args": {"vars": VARIABLES | {"as_of_date": day}}}), "utf-8"
    )
    outcome = Outcome.passed if passed else Outcome.failed
    check = CheckResult(
        check_id="a.b", gate="build", kind="dbt_test", severity="critical", outcome=outcome, sentence="It holds."
    )
    AuditRecord.of(build.build_id, {WAREHOUSE_FILE: sha256_of(build.warehouse)}, [check]).write(build.audit / RECORD)
    return build


def begun(folder: Path, **differing: Any) -> Build:
    """A build whose inputs are laid out, and nothing else."""
    build = made(folder, "2026-11-02", **differing)
    build.warehouse.unlink()
    return build


def tables(build: Build) -> dict[str, str]:
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        names = connection.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
        found = {}
        for (name,) in names:
            row = connection.execute(f"select made_by from {name}").fetchone()
            assert row is not None
            found[name] = row[0]
        return found


def test_the_warehouse_begins_with_what_is_as_before_and_nothing_else(tmp_path: Path) -> None:
    made(tmp_path / "earlier", "2026-11-01")
    build = begun(tmp_path / "now")
    assert take_over_tables(build, MANIFEST, VARIABLES) == ["core.lines", "core.spend", "core.systems"]
    assert tables(build) == {"core.lines": "earlier", "core.spend": "earlier", "core.systems": "earlier"}


def test_inputs_are_compared_by_their_bytes(tmp_path: Path) -> None:
    earlier = made(tmp_path / "earlier", "2026-11-01")
    build = begun(tmp_path / "now", systems=b"2")
    (build.source("links") / "x").mkdir(parents=True)
    assert changed_inputs(build, earlier) == {"raw_systems", "links"}
    assert take_over_tables(build, MANIFEST, VARIABLES) == ["core.lines", "core.spend"]


@pytest.mark.parametrize("differing", [{"code": "c2"}, {"passed": False}])
def test_nothing_is_taken_from_a_build_of_other_code_or_that_did_not_pass(
    tmp_path: Path, differing: dict[str, Any]
) -> None:
    made(tmp_path / "earlier", "2026-11-01", **differing)
    build = begun(tmp_path / "now")
    assert take_over_tables(build, MANIFEST, VARIABLES) == []
    assert not build.warehouse.exists()


def test_nothing_is_taken_where_other_variables_or_bytes_nobody_audited_are(tmp_path: Path) -> None:
    earlier, build = made(tmp_path / "earlier", "2026-11-01"), begun(tmp_path / "now")
    assert take_over_tables(build, MANIFEST, VARIABLES | {"price_year": 2025}) == []
    with duckdb.connect(str(earlier.warehouse)) as connection:
        connection.execute("update core.spend set made_by = 'somebody'")
    assert take_over_tables(build, MANIFEST, VARIABLES) == []
    assert not build.warehouse.exists()


def test_a_file_of_which_little_could_stay_is_not_copied(tmp_path: Path) -> None:
    made(tmp_path / "earlier", "2026-11-01")
    build = begun(tmp_path / "now")
    (build.source("raw_ledger") / "more.parquet").touch()
    assert take_over_tables(build, MANIFEST, VARIABLES) == []
    assert not build.warehouse.exists()


@pytest.mark.parametrize("cut", ["audit/audit.json", "dbt/run_results.json", "plan.json", "warehouse.duckdb"])
def test_a_build_that_somebody_has_cut_is_passed_over(tmp_path: Path, cut: str) -> None:
    earlier, build = made(tmp_path / "earlier", "2026-11-01"), begun(tmp_path / "now")
    path = earlier.folder / cut
    path.write_bytes(path.read_bytes()[:40])
    assert take_over_tables(build, MANIFEST, VARIABLES) == []
    assert list(build.folder.glob("warehouse*")) == []
