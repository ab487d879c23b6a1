"""Lay out the inputs of one build: raw Parquet of every dataset, what is known of deliveries, and reference tables.

The folder is complete: nothing outside it is read by dbt, so a release is a pure function of it and the code.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.audit.deliveries import keep_checks
from pipelines.contracts.catalogue import datasets, reference_tables
from pipelines.contracts.model import Contract
from pipelines.files import link_or_copy
from pipelines.ingest.expressions import literal
from pipelines.ingest.ingest import DeliveryState
from pipelines.instance import Instance
from pipelines.transform.build import Build
from pipelines.transform.deliveries import (
    CONTRACT_COLUMNS,
    DELIVERY_COLUMNS,
    PART_COLUMNS,
    delivery_rows,
    part_rows,
    promise_row,
)
from pipelines.transform.reference import write_empty, write_reference

REJECTION_COLUMNS = {
    "delivery_id": "VARCHAR", "contract_id": "VARCHAR", "administration_code": "VARCHAR", "source_row_number": "BIGINT",
    "source_column": "VARCHAR", "rule_code": "VARCHAR", "reason": "VARCHAR",
}  # fmt: skip


def lay_out(
    build: Build, instance: Instance, contracts: Iterable[Contract], states: list[DeliveryState], as_of: date
) -> None:
    """Write every input table except links. Each folder holds at least one typed file, so that no source is ever missing."""
    counted = [s for s in states if s.status == "accepted"]
    for name, dataset in datasets().items():
        _fill(build, f"raw_{name}", dataset.columns, [s.accepted for s in counted if s.contract.dataset_name == name])
    _write_rejections(build, [str(s.rejected) for s in states if s.report.rejected_rows])
    _write(build, "raw_delivery", delivery_rows(states), DELIVERY_COLUMNS)
    _write(build, "raw_delivery_administration", part_rows(states), PART_COLUMNS)
    _write(build, "raw_contract", [promise_row(c, states, as_of) for c in contracts], CONTRACT_COLUMNS)
    keep_checks(build.folder, {s.delivery.delivery_id: s.checks for s in states if s.is_in_force})
    for name, table in reference_tables().items():
        write_reference(instance, name, table.columns, build.source(f"reference_{name}"))


def _fill(build: Build, name: str, columns: dict[str, str], files: list[Path]) -> None:
    folder = build.source(name)
    write_empty(folder, columns)
    for file in files:
        link_or_copy(file, folder / file.name)


def _write_rejections(build: Build, files: list[str]) -> None:
    """The faults of all rejected rows. Their raw text may be personal and stays in rejected/."""
    folder = build.source("raw_rejection")
    write_empty(folder, REJECTION_COLUMNS)
    if files:
        relation = f"read_parquet([{', '.join(map(literal, files))}], union_by_name=true)"
        target = literal(str(folder / "raw_rejection.parquet"))
        duckdb.sql(f"copy (select {', '.join(REJECTION_COLUMNS)} from {relation}) to {target} (format parquet)")


def _write(build: Build, name: str, rows: list[dict[str, object]], schema: pa.Schema) -> None:
    build.source(name).mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), build.source(name) / f"{name}.parquet")
