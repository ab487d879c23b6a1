"""Delivered content cannot reach out: confined connections open what they were given and nothing else, and text stays text."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest import conform as conform_module
from pipelines.ingest.confined import confined
from tests.conforming import contract, run

HOSTILE = [
    '"); drop table source; --',
    "'); drop table source; --",
    "'' || (select content from read_text('/etc/passwd')) || ''",
    "c0",
    "$(touch x)",
    '"Beløb"',
    "{x}",
    "back\\slash \\' \\\"",
    "a*b[*].c",
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for folder in ("work", "outside"):
        (tmp_path / folder).mkdir()
    for path in ("work/in.csv", "outside/secret.csv", "one.csv"):
        (tmp_path / path).write_text("a\n1\n", "utf-8")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "outside" / "secret.parquet")
    (tmp_path / "work" / "link.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    return tmp_path


def connection(place: Path) -> duckdb.DuckDBPyConnection:
    return confined([place / "work"], [place / "one.csv", place / "out.parquet"], memory_limit="200MB", threads=1)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/etc/*')",
        "select * from read_csv('{place}/outside/secret.csv')",
        "select * from read_csv('{place}/work/../outside/secret.csv')",
        "select * from read_csv('{place}/work/link.csv')",
        "select * from read_parquet('{place}/outside/secret.parquet')",
        "select * from '{place}/outside/secret.parquet'",
        "copy (select 1) to '{place}/outside/new.csv'",
        "copy (select 1) to '{place}/two.csv'",
        "attach '{place}/outside/new.duckdb'",
        "attach '{place}/new.duckdb'",
        "export database '{place}/outside/all'",
        "install httpfs",
        "load httpfs",
        "select * from read_csv('https://example.org/a.csv')",
        "set enable_external_access=true",
        "set allowed_directories=['/']",
        "set allowed_paths=['/etc/passwd']",
        "set lock_configuration=false",
        "set memory_limit='100GB'",
        "select * from secret_frame",
    ],
)
def test_a_hostile_statement_fails(place: Path, statement: str) -> None:
    secret_frame = pa.table({"a": [1]})  # Python's own variables are no tables either
    before = sorted(place.rglob("*"))
    with connection(place) as confined_connection, pytest.raises(duckdb.Error):
        confined_connection.execute(statement.format(place=place)).fetchall()
    assert sorted(place.rglob("*")) == before
    assert secret_frame.num_rows == 1


def test_what_conforming_needs_is_allowed(place: Path) -> None:
    with connection(place) as allowed:
        for path in (place / "work" / "in.csv", place / "one.csv"):
            assert allowed.execute(f"select * from read_csv('{path}')").fetchall() == [(1,)]
        allowed.execute(f"copy (select 1 as a) to '{place}/out.parquet' (format parquet)")
        assert allowed.execute(f"select a from read_parquet('{place}/out.parquet')").fetchall() == [(1,)]
        allowed.register("arrow_rows", pa.table({"a": [7]}))
        assert allowed.execute("select a from arrow_rows").fetchall() == [(7,)]


def test_settings_are_made_before_the_lock_and_large_tables_still_spill(place: Path) -> None:
    spill = place / "work" / "spill"
    with confined([place / "work"], memory_limit="64MB", temp_directory=spill, threads=1) as small:
        rows = "select i, hash(i) as h, repeat('x', 200) as t from range(600000) r(i)"
        small.execute(f"create table large as {rows}")
        assert small.execute("select count(*), count(distinct h) from large").fetchone() == (600000, 600000)
        assert any(spill.iterdir())


def test_conform_reads_by_a_confined_connection_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever SQL a file might smuggle in would run on a connection that cannot read the machine."""
    tried: list[str] = []

    def rows_and_attack(connection: duckdb.DuckDBPyConnection, *arguments: Any) -> None:
        for statement in ("select * from read_text('/etc/passwd')", f"copy (select 1) to '{tmp_path}/stolen.csv'"):
            with pytest.raises(duckdb.Error, match="disabled by configuration"):
                connection.execute(statement)
            tried.append(statement)
        make_rows(connection, *arguments)

    make_rows = conform_module._make_rows
    monkeypatch.setattr(conform_module, "_make_rows", rows_and_attack)
    _, rows, _ = run(tmp_path, contract(tmp_path), b"Bilag;Dato;Bel\xc3\xb8b\n1;01.01.2026;5\n")
    assert (len(rows), len(tried)) == (1, 2)


def csv_text(cells: list[list[str]]) -> bytes:
    return "".join(";".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in cells).encode()


def parquet(cells: list[list[str]], path: Path) -> bytes:
    pq.write_table(pa.table([[row[n] for row in cells[1:]] for n in range(len(cells[0]))], names=cells[0]), path)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "parquet"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_headers_and_cells_stay_text(tmp_path: Path, kind: str, name: str) -> None:
    """The text of a posting under a hostile header, with a hostile value, comes out as it went in."""
    columns = [
        {"name": "voucher_key", "physicalName": "Bilag", "logicalType": "string"},
        {"name": "posting_date", "physicalName": "Dato", "logicalType": "date"},
        {"name": "posting_text", "physicalName": name, "logicalType": "string"},
        {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number"},
    ]
    cells = [
        ["Bilag", "Dato", name, "Beløb", f"x{name}"],
        *(["1", "2026-01-01", value, "5", value] for value in HOSTILE),
    ]
    records = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    content = {
        "csv": lambda: csv_text(cells),
        "json": lambda: json.dumps(records).encode(),
        "ndjson": lambda: "\n".join(map(json.dumps, records)).encode(),
        "parquet": lambda: parquet(cells, tmp_path / "in.parquet"),
    }[kind]()
    agreement = contract(tmp_path, {"format": kind}, columns, unknownColumns="warn")
    report, rows, faults = run(tmp_path, agreement, content, "p.dat")
    assert faults == []
    assert [row["posting_text"] for row in rows] == HOSTILE
    assert report.source_amount == 5 * len(HOSTILE)
    assert len(report.warnings) == 1


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_cells_that_are_rejected_stand_in_the_reason_as_text(tmp_path: Path, value: str) -> None:
    content = csv_text([["Bilag", "Dato", "Beløb"], [value, value, value], ["1", "01.01.2026", "5"]])
    report, _, faults = run(tmp_path, contract(tmp_path), content)
    assert report.rejected_rows == 1
    assert {fault[2] for fault in faults} == {"not_a_date", "not_an_amount"}
    assert all(f"found '{value}'." in fault[3] for fault in faults)
