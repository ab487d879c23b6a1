"""The invented people of the sample, and where what a run made names one of them."""

import functools
import json
import re
import zipfile
from pathlib import Path

import duckdb
import psycopg

from pipelines.instance import PROJECT_ROOT

MAY_HOLD = ("landing", "archive", "rejected")  # raw/ may hold personal fields; that of the sample has none


@functools.cache
def people() -> re.Pattern[bytes]:
    """Every family name of the sample's people, as text, as in a mail address, and as JSON escapes it."""
    planted = json.loads((PROJECT_ROOT / "tests" / "truth" / "personal.json").read_text("utf-8"))
    names = {name.split(" ", 1)[1] for name in planted["names"]}
    names |= {address.partition(".")[2].partition("@")[0] for address in planted["addresses"]}
    spellings = {s for name in names for s in (name, json.dumps(name)[1:-1], name.upper(), name.lower())}
    assert len(spellings) > 20
    return re.compile(b"|".join(re.escape(s.encode()) for s in sorted(spellings)))


def leaks(root: Path) -> list[str]:
    """Every file below an instance, and table in it, that names somebody and may not."""
    found = []
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if path.is_symlink() or not path.is_file() or place.parts[0] in MAY_HOLD:
            continue
        if path.suffix == ".duckdb":
            found += [f"{place}: {table}" for table, text in _tables(path) if people().search(text)]
        elif people().search(_content(path)):
            found.append(str(place))
    return found


def leaks_in_postgres(dsn: str) -> list[str]:
    """Every table of a database, and what its catalogue says of one (comments), that names somebody."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables "
            "where schemaname !~ '^(pg_catalog$|pg_toast|information_schema)' order by 1"
        ).fetchall()
        told = [(name, connection.execute(f"select t::text from {name} t").fetchall()) for (name,) in names]
        told.append(("comments", connection.execute("select description from pg_description").fetchall()))
    assert len(told) > 20, "hardly anything was published"
    return [name for name, rows in told if people().search("\n".join(str(row[0]) for row in rows).encode())]


def _content(path: Path) -> bytes:
    if path.suffix != ".parquet" and zipfile.is_zipfile(path):  # a workbook
        with zipfile.ZipFile(path) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    if path.suffix != ".parquet":
        return path.read_bytes()
    return str(duckdb.sql(f"select * from read_parquet('{path}')").fetchall()).encode()


def _tables(path: Path) -> list[tuple[str, bytes]]:
    """Every table of a database with all that it says; its pages are packed, so that bytes tell nothing."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return [(name, str(connection.execute(f"select * from {name}").fetchall()).encode()) for (name,) in names]
