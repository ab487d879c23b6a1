"""Small releases made by hand, as publish() writes them: tables by copy_tables, promises out of a dbt manifest. Not part of the product."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import sha256_of, write_json
from pipelines.release.tables import copy_tables, trace_keys

WAREHOUSE = """
    create schema core;
    create schema marts;
    create table core.dim_system as
    select
        'S' || lpad(cast(n as varchar), 6, '0') as system_id,
        case n when 1 then 'Børn og Unge: "Æblegrød", å;' || chr(10) || 'ny linje' when 2 then '' when 3 then null when 4 then 'NULL'
            when 5 then '\\N' when 6 then '\\.' else 'System ' || cast(n as varchar) end as system_name,
        cast(case n when 1 then -0.01 when 2 then 9999999999999999.99 when 3 then null else n + 0.5 end as decimal(18, 2))
            as yearly_cost_amount,
        cast(n % 100 + 0.25 as decimal(5, 2)) as share_pct,
        n % 2 = 0 as is_in_use,
        date '2026-02-28' + cast(n % 365 as integer) as first_date,
        timestamp '2026-11-26 01:02:03.456789' as seen_at,
        cast(n as bigint) * 4000000000 as user_count,
        cast(n as integer) as rank_number,
        n / 8.0::double as score_value,
        'C' || cast(n % 3 as varchar) as criticality_code,
        $mark as release_mark
    from range(1, $rows + 1) as t (n);
    create table core.fct_line as
    select 'd1' as delivery_id, n // 2 as source_row_number, case when n % 2 = 0 then 'a' end as source_column,
        cast(n as decimal(18, 2)) as line_amount, $mark as release_mark
    from range($rows) as t (n);
    create table core.fct_loose as select 'twice' as loose_name, $mark as release_mark from range(2);
    create table marts.mart_price_spread as
    select 'P' || cast(n as varchar) as price_spread_id, cast(n as decimal(18, 2)) as unit_price_amount, $mark as release_mark
    from range($rows) as t (n);
    create table marts.mart_business_case as select 'K1' as candidate_id, 1 as case_year, $mark as release_mark;
"""


def make_release(folder: Path, mark: str, rows: int = 50, more: str = "") -> Path:
    """Write a release with the id `mark`, which every row of every table bears too; `more`: SQL on its warehouse."""
    folder = folder / mark
    folder.mkdir(parents=True)
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for statement in WAREHOUSE.replace("$mark", f"'{mark}'").replace("$rows", str(rows)).split(";\n"):
            connection.execute(statement)
        connection.execute(more)
    manifest = dbt_manifest()
    tables = copy_tables(warehouse, folder, manifest, _release_row(mark))
    warehouse.unlink()
    write_json(
        folder / "release.json",
        {
            "release_id": mark,
            "made_at": datetime(2026, 11, 26, tzinfo=UTC).isoformat(),
            "tables": tables,
            "trace": trace_keys(manifest),
            "files": {p.relative_to(folder).as_posix(): sha256_of(p) for p in folder.rglob("*") if p.is_file()},
        },
    )
    return folder


def _release_row(mark: str) -> dict[str, Any]:
    hashes = {f"{name}_hash": "0" * 64 for name in ("deliveries", "configuration", "code")}
    counts = {f"{name}_count": 0 for name in ("check", "late", "refused")}
    return {
        "release_id": mark,
        "made_at": "2026-11-26 01:02:03",
        "as_of_date": "2026-11-26",
        "instance_name": "Prøvekommune",
        "currency": "DKK",
        "price_year": 2026,
        "previous_release_id": "",
        "interface_version": "1.0",
        **hashes,
        **counts,
    }


def dbt_manifest() -> dict[str, Any]:
    """What dbt would say of these tables."""
    system = _model("core", "dim_system", ["system_id"], restricted=["criticality_code"], trace=["system_id"])
    system["columns"]["yearly_cost_amount"] = {
        "description": "Kr. om året, uden moms: løbende pris. 'Ø' og \\ er tegn."
    }
    line = _model("core", "fct_line", [])
    loose = _model("core", "fct_loose", [])
    spread = _model("marts", "mart_price_spread", ["price_spread_id"], classification="restricted")
    case = _model("marts", "mart_business_case", [], trace=["candidate_id"])
    case["columns"]["candidate_id"] = {"description": "Id.", "config": {"meta": {"is_required": True}}}
    tests = [
        _test(system, "unique", column_name="system_id"),
        _test(system, "unique_combination", columns=["release_mark"], where="is_in_use"),
        _test(line, "unique_combination", columns=["delivery_id", "source_row_number", "source_column"]),
        _test(spread, "unique", column_name="price_spread_id"),
    ]
    nodes = {n["unique_id"]: n for n in (system, line, loose, spread, *tests)}
    return {"nodes": nodes, "sources": {case["unique_id"]: {**case, "resource_type": "source"}}}


def _model(
    schema: str,
    name: str,
    required: list[str],
    restricted: list[str] | None = None,
    classification: str = "internal",
    trace: list[str] | None = None,
) -> dict[str, Any]:
    columns: dict[str, Any] = {
        c: {"description": f"{c} af {name}.", "constraints": [{"type": "not_null"}]} for c in required
    }
    columns |= {
        c: {"description": "Hemmelig.", "meta": {"classification": "restricted"}, "constraints": []}
        for c in restricted or []
    }
    meta = {"classification": classification, **({"trace": {"key": trace}} if trace else {})}
    return {
        "unique_id": f"model.x.{name}",
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "description": f"En række pr. {name}, også æøå.",
        "columns": columns,
        "config": {"meta": meta},
    }


def _test(model: dict[str, Any], name: str, where: str | None = None, **arguments: Any) -> dict[str, Any]:
    return {
        "unique_id": f"test.x.{model['name']}.{name}.{where}",
        "resource_type": "test",
        "attached_node": model["unique_id"],
        "test_metadata": {"name": name, "kwargs": arguments},
        "config": {"where": where},
        "name": name,
        "schema": "tests",
    }
