"""Readers of every kind, each in a process of its own, read on while release after release is published; some hang."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.instance import PROJECT_ROOT, Instance, Settings
from pipelines.release.pointer import switch
from pipelines.release.postgres import publish_to_postgres
from tests.serving.releases import make_release

PUBLISHES, ROWS = 20, 400
READERS = ("duckdb_file", "duckdb_file hang", "office", "pyarrow", "polars", "postgres", "postgres", "postgres hang")


def whole(mark: str, tables: set[str]) -> dict[str, list[Any]]:
    """What one release says of itself, whole."""
    counts = {"release": 1, "fct_loose": 2}
    return {table: [mark, counts.get(table, ROWS)] for table in tables}


def test_readers_see_whole_releases_through_twenty_publishes(
    dsn: str, login: Callable[[str], str], tmp_path: Path
) -> None:
    instance = Instance(tmp_path, Settings(name="Prøvekommune", currency="DKK", price_year=2026))
    releases = [make_release(instance.releases, f"R{n}", rows=ROWS) for n in range(PUBLISHES + 1)]
    publish_to_postgres(releases[0], dsn)
    switch(instance, releases[0])
    reader, stop = login("portfolio_restricted"), tmp_path / "stop"
    processes = []
    for kind, *hang in (text.split() for text in READERS):
        line = [sys.executable, "-m", "tests.serving.reader", kind, str(instance.releases), reader, str(stop), *hang]
        processes.append(subprocess.Popen(line, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True))
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "reading\n"
        for folder in releases[1:]:
            switch(instance, folder)
            assert not publish_to_postgres(folder, dsn).has_new_schemas
    finally:
        stop.touch()
        outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(READERS)
    met: set[str] = set()
    for kind, output in zip(READERS, outputs, strict=True):
        sessions = json.loads(output)
        for rows in sessions:
            mark = rows[0]["release"][0]
            assert rows == [whole(mark, set(rows[0]))] * len(rows), kind
        seen = [rows[0]["release"][0] for rows in sessions]
        assert seen[0] == "R0", kind
        assert seen[-1] == f"R{PUBLISHES}", kind
        assert len(seen) == 2 if "hang" in kind else len(set(seen)) > 4, f"{kind} hardly saw anything: {seen}"
        met |= set(seen)
    assert len(met) > PUBLISHES // 2
