"""What a column is made from: through CTEs, joins, stars and sources, out of the SQL that dbt compiled."""

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.transform import lineage
from pipelines.transform.build import Build
from pipelines.transform.lineage import known_lineage, work_out_lineage

PARTS = "read_parquet('inputs/raw_parts/*.parquet', union_by_name=true)"
MODELS = {
    "staging.stg_parts": f"with source as (select * from {PARTS}) select source.part_key, source.amount as part_amount from source",
    "core.fct_part": """
        with summed as (select part_key, sum(part_amount) as amount from "warehouse"."staging"."stg_parts" group by part_key)
        select summed.part_key, summed.amount + other.part_amount as whole_amount, 1 as one
        from summed left join "warehouse"."staging"."stg_parts" as other on summed.part_key = other.part_key""",
    "marts.mart_part": 'select * from "warehouse"."core"."fct_part"',
}


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    made = Build(tmp_path / "build")
    made.source("raw_parts").mkdir(parents=True)
    duckdb.execute(f"copy (select 'a' as part_key, 1.5 as amount) to '{made.source('raw_parts')}/part.parquet'")
    nodes = {}
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute(f"set file_search_path = '{made.folder}'")
        for name, sql in MODELS.items():
            schema, table = name.split(".")
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {name} as {sql}")
            path = f"models/{schema}/{table}.sql"
            compiled = made.dbt_target / "compiled" / "portfolio" / path
            compiled.parent.mkdir(parents=True)
            compiled.write_text(sql, "utf-8")
            nodes[name] = {
                "resource_type": "model",
                "name": table,
                "package_name": "portfolio",
                "original_file_path": path,
            }
    source = {"relation_name": PARTS, "name": "raw_parts", "source_name": "inputs"}
    (made.dbt_target / "manifest.json").write_text(json.dumps({"nodes": nodes, "sources": {"s": source}}), "utf-8")
    monkeypatch.setattr(lineage, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(lineage, "STAMP", tmp_path / "stamp")
    (tmp_path / "stamp").write_text("one", "utf-8")
    return made


def test_a_column_leads_to_the_columns_of_the_tables_before_it(build: Build) -> None:
    found = work_out_lineage(build)
    assert found["stg_parts"] == {"part_key": [("raw_parts", "part_key")], "part_amount": [("raw_parts", "amount")]}
    assert found["fct_part"]["whole_amount"] == [("stg_parts", "part_amount")]
    assert found["fct_part"]["one"] == []
    assert found["mart_part"]["whole_amount"] == [("fct_part", "whole_amount")]


def test_it_is_worked_out_again_when_the_project_has_changed(build: Build, tmp_path: Path) -> None:
    assert known_lineage() is None
    found = work_out_lineage(build)
    assert known_lineage() == json.loads(json.dumps(found))
    (tmp_path / "stamp").write_text("two", "utf-8")
    assert known_lineage() is None


def test_code_that_may_not_be_written_to_is_no_hindrance(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setattr(lineage, "KEPT", tmp_path / "a file" / "kept.json")
    assert work_out_lineage(build)["fct_part"]["one"] == []
    assert known_lineage() is None
