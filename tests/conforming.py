"""One contract and one file in a test: the contract written and loaded as an instance would, the file conformed by it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from pipelines.contracts.codes import Codes, read_code_list
from pipelines.contracts.loading import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.archive import Delivery
from pipelines.ingest.conform import conform
from pipelines.ingest.report import DeliveryReport

BASE: dict[str, Any] = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "tmf.postings",
    "version": "1.0.0",
    "status": "active",
    "servers": [{"server": "landing", "type": "local", "path": "landing/tmf", "format": "csv"}],
    "schema": [{"name": "postings", "properties": []}],
}
COLUMNS = [
    {"name": "voucher_key", "physicalName": "Bilag", "logicalType": "string", "required": True},
    {
        "name": "posting_date",
        "physicalName": "Dato",
        "logicalType": "date",
        "logicalTypeOptions": {"format": "dd.MM.yyyy"},
    },
    {"name": "posting_amount", "physicalName": "Beløb", "logicalType": "number", "required": True},
]


def contract(
    tmp_path: Path,
    file: dict[str, Any] | None = None,
    columns: list[dict[str, Any]] | None = None,
    dataset: str = "postings",
    corrections: list[dict[str, Any]] | None = None,
    **custom: Any,
) -> Contract:
    """A contract with the given custom properties; `file` holds those of the server."""
    document = json.loads(json.dumps(BASE))
    file = {"filePattern": ".*"} | (file or {})
    for name in ("format", "encoding"):
        if name in file:
            document["servers"][0][name] = file.pop(name)
    document["servers"][0]["customProperties"] = [{"property": k, "value": v} for k, v in file.items()]
    document["schema"][0] |= {"name": dataset, "properties": columns or COLUMNS}
    given_properties = {
        "administration": {"code": "tmf"},
        "mode": "period",
        "numbers": {"decimal": ",", "thousands": "."},
        "rejectionThreshold": {"share": 0.99},
    } | custom
    document["customProperties"] = [{"property": k, "value": v} for k, v in given_properties.items()]
    path = tmp_path / "contract.odcs.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    (tmp_path / "contract.corrections.yml").write_text(yaml.safe_dump(corrections or [], allow_unicode=True), "utf-8")
    return load_contract(path)


def codes_of(agreement: Contract, root: Path) -> Codes:
    """The code lists that a contract names, those in files read from `root`."""
    by_field = {c.name: c.code_list for c in agreement.columns if c.code_list}
    by_field |= {c.name: read_code_list(root, c.code_list_file) for c in agreement.columns if c.code_list_file}
    rule = agreement.administration
    listed = read_code_list(root, rule.code_list_file) if rule.code_list_file else rule.code_list
    return Codes(by_field, listed or None, None)


def run(
    tmp_path: Path,
    agreement: Contract,
    content: Path | bytes,
    name: str = "poster.csv",
    on: date = date(2026, 1, 31),
    totals: dict[str, str] | None = None,
) -> tuple[DeliveryReport, list[Any], list[Any]]:
    """Conform one file: the report, accepted rows (number, amount) and rejected rows (number, column, rule, reason)."""
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
        content = tmp_path / name
    given = tuple(sorted((totals or {}).items()))
    received_at = datetime(2026, 2, 1, tzinfo=UTC)
    delivery = Delivery("d1", agreement.id, on, received_at, "0", 0, name, f"landing/tmf/{name}", given)
    return run_delivery(tmp_path, agreement, delivery, (content,))


def run_delivery(
    tmp_path: Path, agreement: Contract, delivery: Delivery, contents: tuple[Path, ...]
) -> tuple[DeliveryReport, list[Any], list[Any]]:
    """Conform a delivery of one or several files, with the same outcome as `run`."""
    accepted, rejected = tmp_path / "a.parquet", tmp_path / "r.parquet"
    codes = codes_of(agreement, tmp_path)
    report = conform(delivery, agreement, codes, contents, accepted, rejected, tmp_path / "work")
    rows = sorted(
        pq.read_table(accepted).to_pylist(), key=lambda r: (r["source_row_number"], str(r["source_column"] or ""))
    )
    names = ("source_row_number", "source_column", "rule_code", "reason")
    faults = [tuple(fault[n] for n in names) for fault in pq.read_table(rejected).to_pylist()]
    return report, rows, faults


def amounts(rows: list[Any]) -> list[tuple[int, str]]:
    return [(r["source_row_number"], str(r["posting_amount"])) for r in rows]
