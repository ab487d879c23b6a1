"""What a release is a function of: the five inputs, written down before the build, and held against the current release."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines import clock
from pipelines.configuration import Configuration, code_hash
from pipelines.files import fingerprint
from pipelines.ingest.ingest import DeliveryState
from pipelines.instance import Instance
from pipelines.transform.deliveries import newest_refused, promise_row

COMPARED = ("deliveries_hash", "configuration_hash", "as_of_date", "code_hash")


def today(instance: Instance) -> date:
    """Today where the municipality is."""
    return clock.now().astimezone(ZoneInfo(instance.settings.time_zone)).date()


def end_of_day(as_of: date, instance: Instance) -> datetime:
    """The last moment of a day where the municipality is: what was received by then counts."""
    return datetime.combine(as_of, time.max, ZoneInfo(instance.settings.time_zone))


def make_plan(
    configuration: Configuration,
    states: list[DeliveryState],
    as_of: date,
    current: dict[str, Any] | None,
    previous: dict[str, Any] | None,
    problems: list[str],
) -> dict[str, Any]:
    """The five inputs with their hashes, what is late or refused, and whether anything differs from the current release.

    `current`, `previous`: manifests of the release that readers see, and of the one before the release to come.
    """
    deliveries = sorted((s.delivery.delivery_id, s.accepted.stem, s.status, s.is_in_force) for s in states)
    inputs = {
        "deliveries": [
            {"delivery_id": d, "status": status, "is_in_force": force} for d, _, status, force in deliveries
        ],
        "deliveries_hash": fingerprint(deliveries),
        "configuration_hash": configuration.content_hash,
        "as_of_date": as_of.isoformat(),
        "previous_release": previous["release_id"] if previous else None,
        "code_hash": code_hash(),
    }
    promises = [promise_row(c, states, as_of) for c in configuration.contracts]
    return {
        "as_of_date": as_of.isoformat(),
        "is_of_today": as_of == today(configuration.instance),
        "inputs": inputs,
        "late": [_late(row) for row in promises if row["is_late"]],
        "refused": [_refused(s) for s in newest_refused(states)],
        "not_taken": problems,
        "promised": sorted(configuration.promised({s.contract.id for s in states if s.is_in_force})),
        "rows": rows_in_force(states),
        "rejected_rows": rejected_rows(states),
        "is_unchanged": current is not None and all(current["inputs"][n] == inputs[n] for n in COMPARED),
    }


def rows_in_force(states: list[DeliveryState]) -> dict[str, dict[str, int]]:
    """Canonical rows that count, by dataset and administration."""
    counts: dict[str, dict[str, int]] = {}
    for dataset in sorted({s.contract.dataset_name for s in states}):
        files = [str(s.accepted) for s in states if s.is_in_force and s.contract.dataset_name == dataset]
        query = "select administration_code, count(*) from read_parquet(?) group by 1 order by 1"
        counts[dataset] = dict(duckdb.execute(query, [files]).fetchall()) if files else {}
    return counts


def rejected_rows(states: list[DeliveryState]) -> dict[str, int]:
    """Rejected rows of deliveries that count, by dataset."""
    counts: dict[str, int] = {}
    for state in states:
        if state.is_in_force:
            counts[state.contract.dataset_name] = (
                counts.get(state.contract.dataset_name, 0) + state.report.rejected_rows
            )
    return counts


def _late(row: dict[str, object]) -> dict[str, str]:
    newest = row["newest_business_date"]
    since = (
        f"the newest is of {newest}, the next was promised by {row['expected_by_date']}"
        if newest
        else "none was ever accepted"
    )
    return {
        "contract_id": str(row["contract_id"]),
        "sentence": f"{row['contract_id']} ({row['contract_title']}): {since}.",
    }


def _refused(state: DeliveryState) -> dict[str, str]:
    return {
        "contract_id": state.contract.id,
        "delivery_id": state.delivery.delivery_id,
        "file_name": state.delivery.file_name,
        "reason": state.report.refusal_reason or "",
    }
