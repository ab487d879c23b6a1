"""Clients that nobody here wrote read what is published: types, dates, decimals, Danish letters and comments arrive as they were."""

import json
import shutil
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg.conninfo import conninfo_to_dict

from pipelines.instance import PROJECT_ROOT
from pipelines.release.postgres import publish_to_postgres
from tests.serving.conftest import new_database
from tests.serving.releases import make_release

NODE = PROJECT_ROOT / "tests" / "serving" / "node"
TABLE, COMMENT = "En række pr. dim_system, også æøå.", "Kr. om året, uden moms: løbende pris. 'Ø' og \\ er tegn."
SEEN = datetime(2026, 11, 26, 1, 2, 3, 456789)
NAMES = ('Børn og Unge: "Æblegrød", å;\nny linje', "", None, "NULL", "\\N", "\\.")
COSTS = ("-0.01", "9999999999999999.99", None, "4.50", "5.50", "6.50")
ROWS = [
    (f"S{n:06}", name, cost and Decimal(cost), Decimal(f"{n}.25"), n % 2 == 0, date(2026, 3, n), SEEN, n * 4_000_000_000, n, n / 8, "R1")
    for n, (name, cost) in enumerate(zip(NAMES, COSTS, strict=True), start=1)
]  # fmt: skip


def has_driver() -> bool:
    """Whether isql and PostgreSQL's ODBC driver are there."""
    if not shutil.which("isql") or not shutil.which("odbcinst"):
        return False
    return "[PostgreSQL Unicode]" in subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True).stdout


psql_is_there = pytest.mark.skipif(not shutil.which("psql"), reason="psql is not installed; `make clients` does it")
odbc_is_there = pytest.mark.skipif(not has_driver(), reason="no isql with the driver; `make clients` installs them")
node_is_there = pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules" / "@duckdb" / "node-api").is_dir()),
    reason="Node or its DuckDB client is not installed; `make clients` does it",
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("releases"), "R1")


@pytest.fixture(scope="module")
def served(release: Path, server: Any) -> str:
    """A database that serves the release."""
    dsn = new_database(server)
    publish_to_postgres(release, dsn)
    return dsn


def told(command: list[str], text: str | None = None) -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


@psql_is_there
def test_psql(served: str) -> None:
    def psql(text: str) -> str:
        return told(["psql", "-X", "-At", "-F", "|", "-P", "null=(null)", served, "-c", text])

    lines = psql("select system_id, yearly_cost_amount, share_pct, is_in_use, first_date, seen_at, user_count, score_value "
                 "from portfolio.dim_system order by 1 limit 3").splitlines()  # fmt: skip
    assert lines == [
        "S000001|-0.01|1.25|f|2026-03-01|2026-11-26 01:02:03.456789|4000000000|0.125",
        "S000002|9999999999999999.99|2.25|t|2026-03-02|2026-11-26 01:02:03.456789|8000000000|0.25",
        "S000003|(null)|3.25|f|2026-03-03|2026-11-26 01:02:03.456789|12000000000|0.375",
    ]
    names = psql("select system_name from portfolio.dim_system order by system_id limit 6")
    assert names == "\n".join("(null)" if name is None else name for name in NAMES) + "\n"
    described = psql("\\d+ portfolio.dim_system")
    assert COMMENT in described
    assert "yearly_cost_amount|numeric(18,2)" in described
    assert TABLE in psql("\\dt+ portfolio.dim_system")
    assert conninfo_to_dict(served)["dbname"] in psql("\\conninfo")


ODBC_TYPES = {
    "system_id": "12 text", "system_name": "12 text", "yearly_cost_amount": "2 numeric 18 2", "share_pct": "2 numeric 5 2",
    "is_in_use": "-7 bool", "first_date": "9 date", "seen_at": "11 timestamp", "user_count": "-5 int8", "rank_number": "4 int4",
    "score_value": "6 float8", "release_mark": "12 text",
}  # fmt: skip


@odbc_is_there
def test_odbc(served: str) -> None:
    """With the settings that docs/postgres.md recommends. Its types: 12 text, 2 number, -7 bit, 9 date, 11 time stamp, -5 and 4 whole."""
    place = conninfo_to_dict(served)
    settings = "TextAsLongVarchar=0;BoolsAsChar=0"
    assert settings in (PROJECT_ROOT / "docs" / "postgres.md").read_text("utf-8")
    where = f"Driver=PostgreSQL Unicode;Servername={place['host']};Database={place['dbname']};Username={place['user']}"
    string = f"{where};{settings};ConnSettings=set search_path to portfolio"

    def isql(text: str) -> str:
        return told(["isql", "-b", "-d~", "-k", string], text + "\n")

    found = {}
    for cells in (line.split("~") for line in isql("help dim_system").splitlines() if "~" in line):
        numbers = f" {cells[6]} {cells[8]}" if cells[5] == "numeric" else ""
        found[cells[3]] = f"{cells[4]} {cells[5]}{numbers}"
    assert found == ODBC_TYPES
    query = "select * from portfolio.dim_system order by system_id limit 6"
    assert isql(query) == "".join(
        "~".join(["" if v is None else str(int(v)) if isinstance(v, bool) else str(v) for v in row]) + "\n"
        for row in ROWS
    )
    assert isql("select col_description('portfolio.dim_system'::regclass, 3)") == COMMENT + "\n"


@node_is_there
def test_node(release: Path) -> None:
    output = told(["node", str(NODE / "read.mjs"), str(release / "marts.duckdb"), "dim_system"])
    read = json.loads(output)
    assert read["types"] == {
        "system_id": "VARCHAR", "system_name": "VARCHAR", "yearly_cost_amount": "DECIMAL(18,2)", "share_pct": "DECIMAL(5,2)",
        "is_in_use": "BOOLEAN", "first_date": "DATE", "seen_at": "TIMESTAMP", "user_count": "BIGINT", "rank_number": "INTEGER",
        "score_value": "DOUBLE", "release_mark": "VARCHAR",
    }  # fmt: skip
    kept = (
        bool,
        int,
        float,
        str,
        type(None),
    )  # the client writes days, decimals and 64-bit integers as text, so that none is rounded
    expected = [[v if isinstance(v, kept) else str(v) for v in row] for row in ROWS]
    assert read["rows"] == [[*row[:7], str(row[7]), *row[8:]] for row in expected]
    assert read["tableComments"]["dim_system"] == TABLE
    assert read["columnComments"]["yearly_cost_amount"] == COMMENT


def test_pyarrow(release: Path) -> None:
    file = release / "parquet" / "dim_system.parquet"
    schema = pq.read_schema(file)
    assert {field.name: field.type for field in schema} == {
        "system_id": pa.string(), "system_name": pa.string(), "yearly_cost_amount": pa.decimal128(18, 2),
        "share_pct": pa.decimal128(5, 2), "is_in_use": pa.bool_(), "first_date": pa.date32(), "seen_at": pa.timestamp("us"),
        "user_count": pa.int64(), "rank_number": pa.int32(), "score_value": pa.float64(), "release_mark": pa.string(),
    }  # fmt: skip
    rows = pq.read_table(file).sort_by("system_id").slice(0, 6)
    assert [tuple(row.values()) for row in rows.to_pylist()] == ROWS
    assert schema.metadata[b"description"].decode() == TABLE
    assert json.loads(schema.metadata[b"columns"])["yearly_cost_amount"] == COMMENT


def test_polars(release: Path) -> None:
    file = release / "parquet" / "dim_system.parquet"
    frame = pl.scan_parquet(file).sort("system_id").head(6).collect()
    assert frame.schema == {
        "system_id": pl.String, "system_name": pl.String, "yearly_cost_amount": pl.Decimal(18, 2), "share_pct": pl.Decimal(5, 2),
        "is_in_use": pl.Boolean, "first_date": pl.Date, "seen_at": pl.Datetime("us"), "user_count": pl.Int64,
        "rank_number": pl.Int32, "score_value": pl.Float64, "release_mark": pl.String,
    }  # fmt: skip
    assert frame.rows() == ROWS
    metadata = pl.read_parquet_metadata(file)
    assert metadata["description"] == TABLE
    assert json.loads(metadata["columns"])["yearly_cost_amount"] == COMMENT


def test_a_published_file_can_be_opened_to_read_and_nothing_else(release: Path) -> None:
    """As README opens it, locked as well: no writing, no other file, and no way back."""
    settings = {"enable_external_access": "false", "lock_configuration": "true"}
    with duckdb.connect(str(release / "marts.duckdb"), read_only=True, config=settings) as connection:
        assert connection.execute("select count(*) from dim_system").fetchone() == (50,)
        for forbidden in ("delete from dim_system", "create table mine (a int)", "attach '/tmp/other.duckdb'",
                          "select * from read_csv('/etc/passwd')", "copy dim_system to '/tmp/out.csv'",
                          "set enable_external_access = true"):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(forbidden)
