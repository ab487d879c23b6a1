"""A reader in a process of its own: reads releases in a loop until told to stop, and says as JSON what it saw. Not part of the product.

Run as `python -m tests.serving.reader KIND RELEASES DSN STOP [hang]`. A session opens what KIND opens: a file, a folder or a transaction;
`hang` keeps the first one open until the end. What one session reads must be of one release.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pyarrow.parquet as pq
from psycopg import IsolationLevel

from pipelines.release.whole import open_whole

Seen = dict[str, tuple[str, int]]  # by table: the marks of its rows, and how many rows
Read = Callable[[], Seen]
TABLES = ("dim_system", "fct_line", "fct_loose")
RESTRICTED = "mart_price_spread"
READS = 3


def statement(tables: tuple[str, ...]) -> str:
    """One statement over all tables, which DuckDB and PostgreSQL both know."""
    parts = [f"select '{t}', string_agg(distinct release_mark, '+'), count(*) from {t}" for t in tables]
    return " union all ".join([*parts, "select 'release', release_id, 1 from release"])


def by_table(rows: list[tuple[str, str, int]]) -> Seen:
    return {table: (marks, count) for table, marks, count in rows}


@contextmanager
def duckdb_file(releases: Path, _: str) -> Iterator[Read]:
    with duckdb.connect(str(releases / "current" / "marts.duckdb"), read_only=True) as connection:
        yield lambda: by_table(connection.execute(statement(TABLES)).fetchall())


@contextmanager
def office(releases: Path, _: str) -> Iterator[Read]:
    with open_whole((releases / "current").resolve()) as connection:
        yield lambda: by_table(connection.execute(statement((*TABLES, RESTRICTED))).fetchall())


@contextmanager
def pyarrow(releases: Path, _: str) -> Iterator[Read]:
    folder = (releases / "current").resolve() / "parquet"

    def marks(table: str, column: str = "release_mark") -> tuple[str, int]:
        found = pq.read_table(folder / f"{table}.parquet")[column]
        return "+".join(sorted(found.unique().to_pylist())), len(found)

    yield lambda: {**{t: marks(t) for t in TABLES}, "release": marks("release", "release_id")}


@contextmanager
def polars(releases: Path, _: str) -> Iterator[Read]:
    folder = (releases / "current").resolve() / "parquet"

    def marks(table: str, column: str = "release_mark") -> tuple[str, int]:
        found = pl.scan_parquet(folder / f"{table}.parquet").select(column).collect()[column]
        return "+".join(sorted(found.unique())), len(found)

    yield lambda: {**{t: marks(t) for t in TABLES}, "release": marks("release", "release_id")}


@contextmanager
def postgres(_: Path, dsn: str) -> Iterator[Read]:
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.execute("set local search_path to portfolio, portfolio_restricted")
        yield lambda: by_table(connection.execute(statement((*TABLES, RESTRICTED))).fetchall())


KINDS: dict[str, Callable[[Path, str], AbstractContextManager[Read]]] = {
    f.__name__: f for f in (duckdb_file, office, pyarrow, polars, postgres)
}


def main(kind: str, releases: Path, dsn: str, stop: Path, hangs: bool) -> None:
    """Read until `stop` exists, and once more."""
    sessions: list[list[Seen]] = []
    is_over = False
    while not is_over:
        is_over = stop.exists() and bool(sessions)
        with KINDS[kind](releases, dsn) as read:
            rows = [read()]
            if not sessions:
                print("reading", flush=True)
            while not stop.exists() if hangs and not sessions else len(rows) < READS:
                time.sleep(0.02)
                rows.append(read())
        sessions.append(rows)
    print(json.dumps(sessions))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), "hang" in sys.argv[5:])
