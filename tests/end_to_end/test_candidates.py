"""Candidates, windows, prices and the map of tasks on the sample; and what must not change a candidate, on copies of its inputs."""

import json
import os
import random
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.whole import open_whole
from pipelines.transform.build import Build
from pipelines.transform.dbt import DBT_EXECUTABLE, DBT_PROJECT, dbt_environment, dbt_variables

PRICE_TOLERANCE = Decimal("0.02")  # newer deliveries have newer numbers of users than the truth
SHUFFLED = ("raw_systems", "raw_contracts", "link_product", "link_supplier", "reference_capability")
SHOWN = ("mart_shared_solution_candidate", "fct_candidate_system", "mart_common_expiry_window")


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(released_sample.releases / "current")


@pytest.fixture(scope="module")
def planted() -> list[dict[str, Any]]:
    content = json.loads((PROJECT_ROOT / "tests" / "truth" / "planted.json").read_text("utf-8"))
    candidates: list[dict[str, Any]] = content["candidates"]
    return candidates


def candidate_of(marts: duckdb.DuckDBPyConnection, candidate: dict[str, Any]) -> str:
    """The one candidate with just the systems that were planted."""
    uses = sorted(f"{m['administration_code']}/{m['system_key']}" for m in candidate["members"])
    ((found,),) = marts.execute(
        "select candidate_id from fct_candidate_system group by 1 "
        "having list_sort(list(administration_code || '/' || system_key)) = ?",
        [uses],
    ).fetchall()
    return str(found)


def test_planted_contracts_can_be_brought_to_one_date(
    marts: duckdb.DuckDBPyConnection, planted: list[dict[str, Any]]
) -> None:
    """All of them, not after the last of their own ends: nobody waits for longer than the planted window is."""
    windows = [c for c in planted if c["kind"] == "common_expiry_window"]
    assert len(windows) == 5
    for candidate in windows:
        first, last = (date.fromisoformat(day) for day in candidate["window"])
        rows = marts.execute(
            "select administration_code, contract_key, common_expiry_date, waiting_day_count "
            "from mart_common_expiry_window where candidate_id = ?",
            [candidate_of(marts, candidate)],
        ).fetchall()
        assert {row[:2] for row in rows} == {
            (c["administration_code"], c["contract_key"]) for c in candidate["contracts"]
        }
        assert all(day <= last for _, _, day, _ in rows), candidate["capability_code"]
        assert max(waiting for *_, waiting in rows) <= (last - first).days


def test_prices_a_user_are_those_planted(marts: duckdb.DuckDBPyConnection, planted: list[dict[str, Any]]) -> None:
    compared = 0
    for candidate in (c for c in planted if c["kind"] == "same_product_separate_contracts"):
        rows = marts.execute(
            "select administration_code, unit_price_amount, saving_at_median_amount, saving_at_lowest_amount, price_ratio_value "
            "from mart_price_spread where product_id = (select product_id from mart_shared_solution_candidate where candidate_id = ?)",
            [candidate_of(marts, candidate)],
        ).fetchall()
        expected = {code: Decimal(price) for code, price in candidate["unit_prices"].items()}
        assert {row[0] for row in rows} == set(expected)
        for code, price, *_ in rows:
            assert abs(price / expected[code] - 1) <= PRICE_TOLERANCE, (candidate["capability_code"], code)
            compared += 1
        assert abs(rows[0][4] / Decimal(candidate["price_spread"]) - 1) <= PRICE_TOLERANCE
        cheapest = min(rows, key=lambda row: row[1])
        assert cheapest[2:4] == (Decimal(0), Decimal(0))
        assert sum(row[3] for row in rows) > sum(row[2] for row in rows) > 0
    assert compared > 35


def test_a_level_of_the_map_adds_up_to_the_cost_of_its_systems(marts: duckdb.DuckDBPyConnection) -> None:
    """A system for several tasks is in the level's total once, to the øre; one without a task is in that of level 1."""
    for level in (1, 2, 3):
        (allocated,) = marts.execute(
            "select sum(allocated_cost_amount) from mart_capability_map where taxonomy_code = 'task' and capability_level = ?",
            [level],
        ).fetchall()[0]
        (cost,) = marts.execute(
            "select sum(yearly_cost_amount) from dim_system s where is_owner and is_in_use and (? = 1 or exists (select 1 from "
            "fct_system_capability c where c.system_id = s.system_id and len(string_split(c.capability_code, '.')) >= ?))",
            [level, level],
        ).fetchall()[0]
        assert allocated == cost
        assert cost > 1_000_000


def test_every_contract_that_is_not_past_is_in_the_calendar(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select count(*), sum(yearly_amount), count(last_notice_date), count(earliest_end_date) from mart_contract_calendar"
    ).fetchone()
    expected = marts.execute(
        "select count(*), sum(yearly_amount), count(last_notice_date) from dim_contract where contract_state_code <> 'expired'"
    ).fetchone()
    assert found is not None
    assert found[:3] == expected
    assert found[3] > 300


def rebuilt(instance: Instance, inputs: Path, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What dbt makes of changed inputs: the rows of the tables about candidates."""
    manifest = json.loads((instance.releases / "current" / "release.json").read_text("utf-8"))
    released = Build(instance.build / manifest["build_id"])
    build = Build(folder / "build")
    build.folder.mkdir()
    inputs.rename(build.inputs)
    variables = json.dumps(dbt_variables(released, instance))
    done = subprocess.run(
        [str(DBT_EXECUTABLE), "run", "--select", *(f"+{name}" for name in SHOWN), "--project-dir", str(DBT_PROJECT),
         "--target-path", str(folder / "target"), "--log-path", str(folder), "--vars", variables],
        env=os.environ | dbt_environment(build), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return rows_of(build.warehouse)


def rows_of(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        schema = {name: "core" if name.startswith("fct_") else "marts" for name in SHOWN}
        return {
            name: sorted(connection.execute(f"select * from {schema[name]}.{name}").fetchall(), key=repr)
            for name in SHOWN
        }


@pytest.fixture
def released_build(released_sample: Instance) -> Build:
    manifest = json.loads((released_sample.releases / "current" / "release.json").read_text("utf-8"))
    return Build(released_sample.build / manifest["build_id"])


@pytest.fixture
def inputs_copy(released_build: Build, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released_build.inputs, tmp_path / "inputs"))


def read(folder: Path) -> pa.Table:
    return duckdb.sql(f"from read_parquet('{folder}/*.parquet', union_by_name = true)").to_arrow_table()


def test_the_order_of_rows_and_files_changes_no_candidate(
    released_sample: Instance, released_build: Build, inputs_copy: Path, tmp_path: Path
) -> None:
    """Every row in another place, and in files that other rows were in."""
    for name in SHUFFLED:
        table = read(inputs_copy / name)
        order = list(range(table.num_rows))
        random.Random(name).shuffle(order)
        for path in (inputs_copy / name).glob("*.parquet"):
            path.unlink()
        half = len(order) // 2
        pq.write_table(table.take(order[:half]), inputs_copy / name / "z.parquet")
        pq.write_table(table.take(order[half:]), inputs_copy / name / "a.parquet")
    found = rebuilt(released_sample, inputs_copy, tmp_path)
    assert len(found["mart_shared_solution_candidate"]) > 100
    assert found == rows_of(released_build.warehouse)


def add_administration(inputs: Path) -> None:
    """Two systems in use, like two that are there, at an administration and for a task and of products that nobody else has."""
    systems = f"read_parquet('{inputs}/raw_systems/*.parquet', union_by_name = true)"
    in_force = f"select delivery_id from read_parquet('{inputs}/raw_delivery/*.parquet') where is_in_force"
    for name, rows, changes in (
        (
            "raw_systems",
            f"select * from {systems} where delivery_id in ({in_force}) and lifecycle_code = 'operational' "
            "and use_end_date is null and stated_yearly_amount is not null order by system_key limit 2",
            "'98.01' as capability_codes, null as sharing_administration_codes",
        ),
        (
            "link_product",
            f"select * from read_parquet('{inputs}/link_product/*.parquet') order by system_key limit 2",
            "'pnew' || number as product_id, 'pnew' || number as use_product_id",
        ),
    ):
        more = duckdb.sql(
            f"select * exclude (number) replace ('new' as administration_code, 'N-' || number as system_key, {changes}) "
            f"from (select *, row_number() over () as number from ({rows}))"
        ).to_arrow_table()
        assert more.num_rows == 2
        pq.write_table(more, inputs / name / "more.parquet")


def test_an_administration_without_overlap_changes_no_candidate(
    released_sample: Instance, released_build: Build, inputs_copy: Path, tmp_path: Path
) -> None:
    """Two systems for one task that nobody else has, and their products: no candidate more, none changed, same ranks."""
    add_administration(inputs_copy)
    found = rebuilt(released_sample, inputs_copy, tmp_path)
    with duckdb.connect(str(tmp_path / "build" / "warehouse.duckdb"), read_only=True) as connection:
        added = connection.execute(
            "select count(*) from core.dim_system where administration_code = 'new' and is_in_use"
        ).fetchone()
    assert added == (2,)
    assert found == rows_of(released_build.warehouse)
