"""Lay out the inputs of one build: raw Parquet of every dataset, what is known of deliveries, and reference tables.

The folder is complete: nothing outside it is read by dbt, so a release is a pure function of it and the code.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contracts.catalogue import datasets, reference_tables
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Promise
from pipelines.files import link_or_copy
from pipelines.ingest.ingest import DeliveryState
from pipelines.ingest.report import DeliveryReport
from pipelines.instance import Instance
from pipelines.transform.build import Build
from pipelines.transform.reference import write_empty, write_reference

MONEY = pa.decimal128(38, 2)
DELIVERY_COLUMNS = pa.schema(
    [
        ("delivery_id", pa.string()), ("contract_id", pa.string()), ("dataset_name", pa.string()),
        ("administration_code", pa.string()), ("file_name", pa.string()), ("file_start_rows", pa.string()),
        ("content_sha256", pa.string()), ("business_date", pa.date32()), ("received_at", pa.timestamp("us")),
        ("mode", pa.string()), ("status", pa.string()), ("is_in_force", pa.bool_()), ("source_rows", pa.int64()),
        ("accepted_rows", pa.int64()), ("rejected_rows", pa.int64()), ("total_rows", pa.int64()), ("blank_rows", pa.int64()),
        ("output_rows", pa.int64()), ("source_amount", MONEY), ("accepted_amount", MONEY), ("rejected_amount", MONEY),
        ("refusal_reason", pa.string()),
    ]
)  # fmt: skip
REPORTED = set(DELIVERY_COLUMNS.names) & set(DeliveryReport.model_fields) - {"delivery_id", "contract_id"}
CONTRACT_COLUMNS = pa.schema(
    [
        ("contract_id", pa.string()), ("dataset_name", pa.string()), ("administration_code", pa.string()),
        ("contract_title", pa.string()), ("mode", pa.string()), ("frequency_value", pa.int32()), ("frequency_unit", pa.string()),
        ("latency_days", pa.int32()), ("newest_business_date", pa.date32()), ("expected_by_date", pa.date32()), ("is_late", pa.bool_()),
    ]
)  # fmt: skip
REJECTION_COLUMNS = {
    "delivery_id": "VARCHAR", "contract_id": "VARCHAR", "administration_code": "VARCHAR", "source_row_number": "BIGINT",
    "source_column": "VARCHAR", "rule_code": "VARCHAR", "reason": "VARCHAR", "raw_text": "VARCHAR",
}  # fmt: skip
DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def lay_out(
    build: Build, instance: Instance, contracts: Iterable[Contract], states: list[DeliveryState], as_of: date
) -> None:
    """Write every input table except links. Each folder holds at least one typed file, so that no source is ever missing."""
    counted = [s for s in states if s.status == "accepted"]
    for name, dataset in datasets().items():
        _fill(build, f"raw_{name}", dataset.columns, [s.accepted for s in counted if s.contract.dataset_name == name])
    _fill(
        build,
        "raw_rejection",
        REJECTION_COLUMNS,
        [s.rejected for s in states if not s.report.is_refused and s.rejected.exists()],
    )
    _write(build, "raw_delivery", [_delivery_row(s) for s in states], DELIVERY_COLUMNS)
    _write(build, "raw_contract", [promise_row(c, states, as_of) for c in contracts], CONTRACT_COLUMNS)
    for name, table in reference_tables().items():
        write_reference(instance, name, table.columns, build.source(f"reference_{name}"))


def _fill(build: Build, name: str, columns: dict[str, str], files: list[Path]) -> None:
    folder = build.source(name)
    write_empty(folder, columns)
    for file in files:
        link_or_copy(file, folder / file.name)


def _write(build: Build, name: str, rows: list[dict[str, object]], schema: pa.Schema) -> None:
    build.source(name).mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), build.source(name) / f"{name}.parquet")


def _delivery_row(state: DeliveryState) -> dict[str, object]:
    delivery, report = state.delivery, state.report
    return {
        "delivery_id": delivery.delivery_id,
        "contract_id": delivery.contract_id,
        "dataset_name": state.contract.dataset_name,
        "administration_code": state.contract.administration.code,
        "file_name": delivery.file_name,
        "file_start_rows": report.file_start_rows,
        "content_sha256": delivery.content_sha256,
        "business_date": delivery.business_date,
        "received_at": delivery.received_at.replace(tzinfo=None),
        "mode": state.contract.mode,
        "status": state.status,
        "is_in_force": state.is_in_force,
        **report.model_dump(include=REPORTED),
    }


def promise_row(contract: Contract, states: list[DeliveryState], as_of: date) -> dict[str, object]:
    """What one contract promised, and whether it is kept: late when a delivery is overdue, or none was ever accepted."""
    newest = max(
        (s.delivery.business_date for s in states if s.contract.id == contract.id and s.is_in_force), default=None
    )
    expected_by = expected_by_date(newest, contract.promise) if newest and contract.promise else None
    return {
        "contract_id": contract.id,
        "dataset_name": contract.dataset_name,
        "administration_code": contract.administration.code,
        "contract_title": contract.title,
        "mode": contract.mode,
        "frequency_value": contract.promise and contract.promise.frequency_value,
        "frequency_unit": contract.promise and contract.promise.frequency_unit,
        "latency_days": contract.promise and contract.promise.latency_days,
        "newest_business_date": newest,
        "expected_by_date": expected_by,
        "is_late": newest is None or (expected_by is not None and expected_by < as_of),
    }


def expected_by_date(newest: date, promise: Promise) -> date:
    """The day by which the delivery after `newest` has to be there: one frequency (longest form) and the grace later."""
    return newest + timedelta(days=DAYS[promise.frequency_unit] * promise.frequency_value + promise.latency_days)
