"""What readers may count on: the published tables with their columns, types and who may see them, as interface.yml has them in git.

A test holds a release against the file. `python -m pipelines.release.interface FOLDER` takes a release as the new interface and
raises its version: the second number for what was added, the first for what was removed, renamed, retyped or restricted.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipelines.files import parse_yaml, write_atomically
from pipelines.release.whole import is_hidden, open_whole

FILE = Path(__file__).with_name("interface.yml")
RESTRICTED = ", restricted"
Tables = Mapping[str, Mapping[str, str]]  # by table: its columns with their types, those that are restricted marked


@dataclass(frozen=True)
class Interface:
    """The version of the public tables (major.minor), and what they are."""

    version: str
    tables: Tables


def known_interface() -> Interface:
    """The interface as it is in git."""
    content = parse_yaml(FILE.read_text("utf-8"))
    return Interface(content["version"], content["tables"])


def released_tables(folder: Path) -> dict[str, dict[str, str]]:
    """The tables of a release as an interface names them."""
    promises = json.loads((folder / "release.json").read_text("utf-8"))["tables"]
    with open_whole(folder) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'main' and database_name = current_database() order by table_name, column_index"
        ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        promised = promises.get(table, {"classification": "open", "restricted_columns": []})
        is_restricted = is_hidden(promised) or column in promised["restricted_columns"]
        found.setdefault(table, {})[column] = kind + (RESTRICTED if is_restricted else "")
    return found


def changes(before: Tables, after: Tables) -> tuple[list[str], list[str]]:
    """What breaks readers of `before`, and what is new to them."""
    old, new = (
        {f"{t}.{c}": kind for t, columns in tables.items() for c, kind in columns.items()} for tables in (before, after)
    )
    broken = [f"{name} ({old[name]}) is gone" for name in sorted(old.keys() - new.keys())]
    broken += [f"{n} was {old[n]}, is {new[n]}" for n in sorted(old.keys() & new.keys()) if old[n] != new[n]]
    return broken, [f"{name} ({new[name]}) is new" for name in sorted(new.keys() - old.keys())]


def next_version(version: str, broken: list[str], added: list[str]) -> str:
    """The version after these changes."""
    major, minor = map(int, version.split("."))
    return f"{major + 1}.0" if broken else f"{major}.{minor + 1}" if added else version


def accept(folder: Path) -> list[str]:
    """Write the tables of a release into interface.yml; returns what changed, and what is left to do."""
    known, tables = known_interface(), released_tables(folder)
    broken, added = changes(known.tables, tables)
    version = next_version(known.version, broken, added)
    text = yaml.safe_dump({"version": version, "tables": tables}, sort_keys=False, allow_unicode=True, width=140)
    write_atomically(FILE, "# The public tables; see interface.py. Written by `make interface`.\n" + text)
    told = f"Public tables are of version {version}."
    return [
        *broken,
        *added,
        told if version == known.version else f"{told} Announce it in CHANGELOG.md: Public tables {version}: …",
    ]


if __name__ == "__main__":
    print("\n".join(accept(Path(sys.argv[1]))))
