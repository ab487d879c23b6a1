"""Around Spark, without it: an engine that is not there is told, and what it leaves becomes a warehouse with the contracts' types."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.transform import spark
from pipelines.transform.build import Build
from pipelines.transform.spark import require_engine, spark_environment, take_over

COLUMNS = {
    "part_key": {"name": "part_key", "data_type": "string", "constraints": [{"type": "not_null"}]},
    "part_amount": {"name": "part_amount", "data_type": "decimal(18,2)", "constraints": []},
    "part_count": {"name": "part_count", "data_type": "bigint", "constraints": []},
}


def node(schema: str, name: str, columns: dict[str, Any], kind: str = "model") -> dict[str, Any]:
    return {"schema": schema, "name": name, "columns": columns, "resource_type": kind}


def build_of(folder: Path, key: str = "'a'") -> Build:
    """A build whose tables Spark left: one table, one without rows, a view that was exported, and one that the audit reads."""
    made = Build(folder)
    row = f"select cast(3 as integer) as part_count, {key} as part_key, cast(2.005 as decimal(38, 6)) as part_amount"
    parts = {"core.db/fct_part": row, "exported/core.fct_seen": row, "exported/staging.stg_postings": "select 1 as n"}
    for place, sql in parts.items():
        (made.folder / "spark" / place).mkdir(parents=True)
        duckdb.execute(f"copy ({sql}) to '{made.folder}/spark/{place}/part-0.snappy.parquet' (format parquet)")
    nodes = [
        node("core", "fct_part", COLUMNS),
        node("core", "fct_seen", COLUMNS),
        node("marts", "mart_none", COLUMNS),
        node("staging", "stg_postings", {}),
        node("staging", "stg_contracts", {}),
        node("core", "some_test", {}, kind="test"),
    ]
    made.dbt_target.mkdir()
    content = {"nodes": {n["name"]: n for n in nodes}}
    (made.dbt_target / "manifest.json").write_text(json.dumps(content), "utf-8")
    return made


def test_what_spark_left_is_taken_over_as_the_contracts_type_it(tmp_path: Path) -> None:
    made = build_of(tmp_path / "build")
    take_over(made)
    with duckdb.connect(str(made.warehouse), read_only=True) as connection:
        for table in ("core.fct_part", "core.fct_seen"):
            shape = [(r[0], r[1], r[2]) for r in connection.execute(f"describe {table}").fetchall()]
            assert shape == [
                ("part_key", "VARCHAR", "NO"), ("part_amount", "DECIMAL(18,2)", "YES"), ("part_count", "BIGINT", "YES")
            ]  # fmt: skip
            assert [str(value) for value in connection.execute(f"from {table}").fetchall()[0]] == ["a", "2.01", "3"]
        assert connection.execute("select count(*) from marts.mart_none").fetchone() == (0,)
        assert connection.execute("from staging.stg_postings").fetchall() == [(1,)]
        names = {r[0] for r in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert names == {"fct_part", "fct_seen", "mart_none", "stg_postings"}


def test_a_value_that_the_contract_promises_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(duckdb.ConstraintException, match="part_key"):
        take_over(build_of(tmp_path / "build", key="cast(null as varchar)"))


def test_what_is_read_outside_is_asked_for(tmp_path: Path) -> None:
    made = build_of(tmp_path / "build")
    environment = spark_environment(made.dbt_target / "manifest.json")
    assert environment["PORTFOLIO_ENGINE"] == "spark"
    assert json.loads(environment[spark.EXPORTED]) == [
        "core.fct_part", "core.fct_seen", "marts.mart_none", "staging.stg_postings"
    ]  # fmt: skip


def test_an_engine_that_is_unknown_or_not_set_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_engine("duckdb")
    with pytest.raises(ConfigurationError, match="expected one of duckdb, spark, found 'flink'"):
        require_engine("flink")
    monkeypatch.setattr(spark, "SPARK_EXECUTABLE", tmp_path / "none")
    with pytest.raises(ConfigurationError, match="Run `make setup-spark`"):
        require_engine("spark")
