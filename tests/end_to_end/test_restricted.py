"""What is classified restricted lies in a folder of its own, and nowhere else in a release of the sample."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.instance import Instance
from pipelines.release.whole import DATABASE, PARQUET, RESTRICTED, is_hidden, lies_apart, open_whole


def test_the_open_part_has_no_restricted_column(released_sample: Instance) -> None:
    folder = released_sample.releases / "current"
    tables = json.loads((folder / "release.json").read_text("utf-8"))["tables"]
    assert {name for name, promised in tables.items() if is_hidden(promised)} == {"mart_price_spread"}
    apart = {name for name, promised in tables.items() if lies_apart(promised)}
    assert {"mart_it_landscape", "mart_rationalisation", "mart_shared_solution_candidate"} <= apart
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        for name, promised in tables.items():
            found = connection.execute(
                "select column_name from duckdb_columns() where table_name = ?", [name]
            ).fetchall()
            shown = {column for (column,) in found}
            assert bool(shown) != is_hidden(promised), name
            assert not shown & set(promised["restricted_columns"]), name
            file = folder / PARQUET / f"{name}.parquet"
            assert file.is_file() != is_hidden(promised), name
            assert not file.is_file() or set(pq.read_schema(file).names) == shown, name
    with open_whole(folder) as whole:
        for name in apart:
            columns = set(pq.read_schema(folder / RESTRICTED / PARQUET / f"{name}.parquet").names)
            assert set(tables[name]["restricted_columns"]) <= columns
            assert {row[0] for row in whole.execute(f'describe "{name}"').fetchall()} == columns
    assert {p.stem for p in (folder / RESTRICTED / PARQUET).iterdir()} == apart | {"release"}


def test_the_restricted_part_has_rights_of_its_own(released_sample: Instance) -> None:
    mode = (released_sample.releases / "current" / RESTRICTED).stat().st_mode
    assert mode & 0o777 == 0o750


def test_who_sees_everything_can_only_read_and_reaches_no_other_file(released_sample: Instance) -> None:
    with open_whole(released_sample.releases / "current") as whole:
        assert whole.execute("select count(*) from mart_price_spread where unit_price_amount > 0").fetchone() != (0,)
        with pytest.raises(duckdb.Error, match="read-only"):
            whole.execute("delete from main_open.mart_it_spend")
        with pytest.raises(duckdb.Error, match="disabled"):
            whole.execute("select * from read_csv('/etc/passwd')")
        with pytest.raises(duckdb.Error):
            whole.execute("set enable_external_access = true")
