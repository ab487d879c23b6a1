"""What the gate of deliveries said of those in force, as checks of the build that is made of them. Nothing is judged here anew."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from pipelines.audit.delivery import expected_of_delivery
from pipelines.audit.result import CheckResult
from pipelines.contracts.model import Contract
from pipelines.files import write_json

DELIVERY_CHECKS = "delivery_checks.json"


def keep_checks(build: Path, checks: Mapping[str, Iterable[CheckResult]]) -> None:
    """Keep the verdicts on the deliveries in force, by delivery id, in the folder of a build."""
    kept = {name: [check.model_dump(mode="json") for check in found] for name, found in sorted(checks.items())}
    write_json(build / DELIVERY_CHECKS, kept)


def deliveries_in_force(build: Path) -> dict[str, str]:
    """The contract of every delivery in force, by delivery id, as the inputs of a build say."""
    query = "select delivery_id, contract_id from read_parquet(?) where is_in_force order by 1"
    return dict(duckdb.execute(query, [str(build / "inputs" / "raw_delivery" / "*.parquet")]).fetchall())


def expected_of_deliveries(contracts: Iterable[Contract], in_force: Mapping[str, str], expectations: Path) -> set[str]:
    """The ids of the checks that the deliveries in force must have passed; one of an unknown contract must at least be known."""
    by_contract = {contract.id: expected_of_delivery(contract, expectations) for contract in contracts}
    return {
        _of_delivery(check_id, delivery)
        for delivery, contract in in_force.items()
        for check_id in by_contract.get(contract, {f"delivery.{contract}.contract"})
    }


def delivery_checks(build: Path, in_force: Mapping[str, str]) -> list[CheckResult]:
    """The verdicts on the deliveries in force, each under an id that names its delivery."""
    path = build / DELIVERY_CHECKS
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return [
        check.model_copy(
            update={
                "check_id": _of_delivery(check.check_id, delivery),
                "sentence": f"{contract}: {check.sentence}",
                "sentence_da": f"{contract}: {check.sentence_da}",
            }
        )
        for delivery, contract in in_force.items()
        for check in map(CheckResult.model_validate, kept.get(delivery, []))
    ]


def _of_delivery(check_id: str, delivery: str) -> str:
    """`delivery.<contract>.<check>` with the delivery's id before the check."""
    place, check = check_id.rsplit(".", 1)
    return f"{place}.{delivery}.{check}"
