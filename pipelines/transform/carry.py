"""Tables that this build would make just as the build before made them: found out, and taken over instead of made anew.

A table is what its SQL makes of its inputs. From a build that passed its audit with the same code and variables, a table is taken
over when nothing that it is made from holds other bytes or asks for the day, and a view when it does not ask for the day itself.
Tests, audit and release then treat it as any other.
"""

import filecmp
import json
import re
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.result import AuditRecord
from pipelines.audit.run import RECORD, WAREHOUSE_FILE
from pipelines.files import sha256_of
from pipelines.memory import bounded
from pipelines.transform.build import Build

DAY = "as_of_date"  # the variable, and the macro by which a model asks for it
ASKING = re.compile(rf"\b{DAY}\b")
KINDS = ("table", "view")


def take_over_tables(build: Build, manifest: dict[str, Any], variables: dict[str, Any]) -> list[str]:
    """Put the models that are as before into the build's warehouse, as `schema.table`; empty when there are none or no build before.

    `manifest`: dbt's, of the project as it is. `variables`: those that dbt will be given.
    """
    earlier = _earlier(build, variables)
    if earlier is None:
        return []
    names = unchanged(manifest, changed_inputs(build, earlier), same_day=build.as_of_date == earlier.as_of_date)
    if not names or not _copy(earlier, build, names):
        return []
    return names


def _earlier(build: Build, variables: dict[str, Any]) -> Build | None:
    """The newest other build that DuckDB made with the same code and variables (but the day), and whose audit passed."""
    others = sorted(build.folder.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    return next((b for p in others if p != build.folder and _is_like(b := Build(p), build, variables)), None)


def _is_like(earlier: Build, build: Build, variables: dict[str, Any]) -> bool:
    """Builds are for inspection: one that somebody has cut or written in another way is passed over, and fails no night."""
    try:
        return _is_sound(earlier, build, variables)
    except (OSError, ValueError, KeyError):
        return False


def _is_sound(earlier: Build, build: Build, variables: dict[str, Any]) -> bool:
    results, record = earlier.dbt_target / "run_results.json", earlier.audit / RECORD
    if not all(path.exists() for path in (earlier.warehouse, earlier.plan_file, results, record)):
        return False
    theirs, mine = earlier.plan(), build.plan()
    given = json.loads(results.read_text("utf-8"))["args"].get("vars") or {}
    return (
        theirs["engine"] == mine["engine"]
        and theirs["inputs"]["code_hash"] == mine["inputs"]["code_hash"]
        and given | {DAY: None} == variables | {DAY: None}
        and AuditRecord.read(record).passed
    )


def changed_inputs(build: Build, earlier: Build) -> set[str]:
    """The input tables whose files are not byte for byte those of the earlier build."""
    names = {path.name for each in (build, earlier) for path in each.inputs.iterdir()}
    return {name for name in names if not _are_same(build.source(name), earlier.source(name))}


def _are_same(folder: Path, other: Path) -> bool:
    if not (folder.is_dir() and other.is_dir()):
        return False
    files = sorted(path.name for path in folder.iterdir())
    if files != sorted(path.name for path in other.iterdir()):
        return False
    return all((folder / f).samefile(other / f) or filecmp.cmp(folder / f, other / f, shallow=False) for f in files)


def unchanged(manifest: dict[str, Any], changed: Iterable[str], *, same_day: bool) -> list[str]:
    """The models that come out as before, as `schema.table`, given the names of the inputs that changed.

    A view holds no rows: whatever changed under it, it is as before when its own SQL is.
    """
    nodes, others, parents = manifest["nodes"], set(changed), manifest["parent_map"]
    dated = set() if same_day else _asking_for_the_day(manifest)

    @cache
    def differs(node_id: str) -> bool:
        if node_id.startswith("source."):
            return manifest["sources"][node_id]["name"] in others
        return node_id in dated or any(differs(parent) for parent in parents[node_id])

    return sorted(
        f"{node['schema']}.{node['alias']}"
        for node_id, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] in KINDS
        and not (node_id in dated if node["config"]["materialized"] == "view" else differs(node_id))
    )


def _asking_for_the_day(manifest: dict[str, Any]) -> set[str]:
    """Ids of the models whose SQL asks for the day, by itself or by a macro that it uses, however many macros lie between."""
    macros, asking = manifest["macros"], set[str]()
    while more := {  # macros may use each other in a circle, so outwards from those that ask
        macro_id
        for macro_id, macro in macros.items()
        if macro_id not in asking and (ASKING.search(macro["macro_sql"]) or asking & set(macro["depends_on"]["macros"]))
    }:
        asking |= more
    return {
        node_id
        for node_id, node in manifest["nodes"].items()
        if ASKING.search(node.get("raw_code", "")) or asking & set(node["depends_on"]["macros"])
    }


def _copy(earlier: Build, build: Build, names: list[str]) -> bool:
    """Copy the warehouse and leave only these in it. False when that is not worth its while, or it is not the one that was audited."""
    try:
        if not _is_most(earlier.warehouse, names):
            return False
        shutil.copyfile(earlier.warehouse, build.warehouse)
        if sha256_of(build.warehouse) == AuditRecord.read(earlier.audit / RECORD).file_hashes[WAREHOUSE_FILE]:
            _drop_others(build, names)
            return True
    except (OSError, duckdb.Error):
        pass  # saving time must fail no night
    for path in (build.warehouse, build.warehouse.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
    return False


def _is_most(warehouse: Path, names: list[str]) -> bool:
    """Whether these hold at least half of all rows: else copying the file takes longer than making them."""
    query = "select schema_name || '.' || table_name, estimated_size from duckdb_tables() where not internal"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows: dict[str, int] = dict(connection.execute(query).fetchall())
    return 2 * sum(rows.get(name, 0) for name in names) >= sum(rows.values())


def _drop_others(build: Build, names: list[str]) -> None:
    there = (
        "select table_schema || '.' || table_name, table_type from information_schema.tables "
        "where table_catalog = current_database()"
    )
    with duckdb.connect(str(build.warehouse), config=bounded(build.work)) as connection:
        for name, kind in connection.execute(there).fetchall():
            if name not in names:
                connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {name}")
