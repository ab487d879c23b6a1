"""What the release before says, as rows of a build's inputs: the things that readers saw, and what that release was made of.

A release is a function of the one before it too: what is compared with it is copied into the build, and SQL compares. Causes are
judged there as well; here both sides of every input are only set beside each other.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.audit.change import PROFILE_COLUMNS, profile_sql
from pipelines.audit.suites import Suite
from pipelines.audit.tables import PREVIOUS_PROFILE
from pipelines.ingest.expressions import literal
from pipelines.release.whole import whole_parquet
from pipelines.transform.build import Build
from pipelines.transform.reference import write_empty

TEXT, AMOUNT, ROWS = "VARCHAR", "DECIMAL(18,2)", "BIGINT"
# input table: the published table that it is taken from, and the columns
PREVIOUS_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "previous_system": ("mart_it_landscape", {
        "system_id": TEXT, "administration_code": TEXT, "is_owner": "BOOLEAN", "is_in_use": "BOOLEAN", "system_name": TEXT,
        "product_name": TEXT, "supplier_name": TEXT, "lifecycle_code": TEXT, "use_end_date": "DATE", "user_count": ROWS,
        "contract_id": TEXT, "yearly_cost_amount": AMOUNT, "yearly_cost_source": TEXT, "delivery_id": TEXT, "source_row_number": ROWS,
    }),
    "previous_contract": ("dim_contract", {
        "contract_id": TEXT, "administration_code": TEXT, "contract_name": TEXT, "source_supplier_name": TEXT,
        "contract_state_code": TEXT, "contract_end_date": "DATE", "terminated_date": "DATE", "yearly_amount": AMOUNT,
        "delivery_id": TEXT, "source_row_number": ROWS,
    }),
    "previous_candidate": ("mart_shared_solution_candidate", {
        "candidate_id": TEXT, "candidate_name": TEXT, "administration_codes": TEXT, "system_count": ROWS,
        "yearly_cost_amount": AMOUNT,
    }),
}  # fmt: skip
INPUT_COLUMNS = pa.schema({
    name: pa.string() for name in ("input_kind_code", "input_key", "input_value", "previous_input_value")
})  # fmt: skip
DESCRIPTIONS = {
    "previous_system": "System uses as the release before published them; empty for the first release.",
    "previous_contract": "Contracts as the release before published them; empty for the first release.",
    "previous_candidate": "Candidates for shared solutions as the release before published them; empty for the first release.",
    "release_input": "Every input of this release and of the one before it: deliveries, configuration files, code, as-of date.",
}


def lay_out_previous(
    build: Build, folder: Path, previous: dict[str, Any] | None, inputs: dict[str, Any], files: dict[str, str],
    previous_files: dict[str, str],
) -> None:  # fmt: skip
    """Write the tables of `DESCRIPTIONS` into a build.

    `folder`: where the release before lies; `previous`: its manifest, None for the first release. `inputs`: of the release to come,
    as its plan says; `files`, `previous_files`: SHA-256 of the configuration files of both. A table that the release before does
    not have in this shape, because it was made by older code or is no longer kept, is empty and said to be unknown.
    """
    rows = _input_rows(previous["inputs"], inputs, files, previous_files) if previous else []
    for name, (table, columns) in PREVIOUS_TABLES.items():
        write_empty(build.source(name), columns)
        source = whole_parquet(folder, table)
        if previous and _copy(source, columns, build.source(name) / f"{table}.parquet"):
            rows.append(_row("table", table, previous["release_id"], previous["release_id"]))
    build.source("release_input").mkdir()
    pq.write_table(
        pa.Table.from_pylist(rows, schema=INPUT_COLUMNS), build.source("release_input") / "release_input.parquet"
    )


def lay_out_profile(build: Build, folder: Path, suites: Iterable[Suite]) -> None:
    """Write what the tables of the release before in `folder` look like as a whole, where a suite compares with it."""
    target = build.source(PREVIOUS_PROFILE)
    write_empty(target, {"table_name": TEXT} | PROFILE_COLUMNS)
    for suite in suites:
        source = folder / "parquet" / f"{suite.table_name}.parquet"
        if not (suite.meta.compared_columns and source.is_file()):
            continue
        columns = [n for n in suite.meta.compared_columns if n in pq.read_schema(source).names]
        profile = profile_sql(f"read_parquet({literal(str(source))})", columns)
        duckdb.sql(
            f"copy (select {literal(suite.table_name)} as table_name, * from ({profile})) "
            f"to {literal(str(target / f'{suite.table_name}.parquet'))} (format parquet)"
        )


def _copy(source: Path, columns: dict[str, str], target: Path) -> bool:
    """The chosen columns of a published table; false when it is not there or lacks one."""
    if not source.is_file() or not set(columns) <= set(pq.read_schema(source).names):
        return False
    chosen = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    duckdb.sql(
        f"copy (select {chosen} from read_parquet({literal(str(source))})) to {literal(str(target))} (format parquet)"
    )
    return True


def _input_rows(
    before: dict[str, Any], now: dict[str, Any], files: dict[str, str], previous_files: dict[str, str]
) -> list[dict[str, str | None]]:
    """Each input with its value on both sides; null where a side does not have it."""
    sides = {
        "delivery": (_deliveries(now), _deliveries(before)),
        "configuration": (files, previous_files),
        "code": ({"code": now["code_hash"]}, {"code": before["code_hash"]}),
        "date": ({"as_of_date": now["as_of_date"]}, {"as_of_date": before["as_of_date"]}),
    }
    return [
        _row(kind, key, ours.get(key), theirs.get(key))
        for kind, (ours, theirs) in sides.items()
        for key in sorted({*ours, *theirs})
    ]


def _deliveries(inputs: dict[str, Any]) -> dict[str, str]:
    return {d["delivery_id"]: "in_force" if d["is_in_force"] else d["status"] for d in inputs["deliveries"]}


def _row(kind: str, key: str, value: str | None, previous_value: str | None) -> dict[str, str | None]:
    return {"input_kind_code": kind, "input_key": key, "input_value": value, "previous_input_value": previous_value}
