"""What the UI shows of one contract's deliveries: their figures, whether the newest was accepted, and whether it came in time."""

from datetime import date
from typing import Any

import dagster as dg

from pipelines.contracts.model import Contract
from pipelines.defs.common import raw_key, table_of
from pipelines.ingest.ingest import DeliveryState
from pipelines.transform.deliveries import promise_row

ACCEPTED, ON_TIME = "deliveries_accepted", "delivered_on_time"


def delivery_check_specs(contract_id: str) -> list[dg.AssetCheckSpec]:
    """The checks of one contract's deliveries. Neither stops a release: the delivery before counts on."""
    asset = raw_key(contract_id)
    return [
        dg.AssetCheckSpec(
            ACCEPTED,
            asset=asset,
            description="The newest delivery was accepted; else the reason, to send to its sender.",
        ),
        dg.AssetCheckSpec(
            ON_TIME, asset=asset, description="The next delivery has come by the day that its contract promises."
        ),
    ]


def on_time_check(contract: Contract, states: list[DeliveryState], as_of: date) -> dg.AssetCheckResult:
    """Whether a delivery is overdue at the as-of date."""
    row = promise_row(contract, states, as_of)
    newest, expected = row["newest_business_date"], row["expected_by_date"]
    if newest is None:
        sentence = "None was ever accepted."
    elif expected is None:
        sentence = f"The newest is of {newest}; nothing is promised."
    else:
        sentence = f"The newest is of {newest}, the next {'was' if row['is_late'] else 'is'} expected by {expected}."
    return dg.AssetCheckResult(
        check_name=ON_TIME,
        asset_key=raw_key(contract.id),
        passed=not row["is_late"],
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence,
    )


def delivery_metadata(states: list[DeliveryState]) -> dict[str, Any]:
    """Rows, rejected rows and money that count, where the newest lies, and the newest deliveries as a table."""
    force = [s for s in states if s.is_in_force]
    newest = [
        (s.delivery.business_date, s.delivery.file_name, s.status, s.report.accepted_rows, s.report.rejected_rows)
        for s in states[-20:]
    ]
    amounts = [s.report.accepted_amount for s in force if s.report.accepted_amount is not None]
    return {
        "dagster/row_count": sum(s.report.output_rows for s in force),
        "rejected_rows": sum(s.report.rejected_rows for s in force),
        **({"amount": str(sum(amounts))} if amounts else {}),
        **({"rows_of_the_newest": dg.MetadataValue.path(str(force[-1].accepted))} if force else {}),
        "deliveries": table_of(("business date", "file", "status", "accepted", "rejected"), newest),
    }


def accepted_check(contract_id: str, states: list[DeliveryState]) -> dg.AssetCheckResult:
    """A refused newest delivery, or none at all, shows as a failed check of severity warning: the release goes out without it."""
    newest = next((s for s in reversed(states) if s.status != "withdrawn"), None)
    sentence = "No delivery was received." if newest is None else newest.report.refusal_reason or "Accepted."
    force = [s for s in states if s.is_in_force]
    warned = [c.sentence for s in force for c in s.checks if c.outcome == "warning"]
    warned += [warning for s in force for warning in s.report.warnings]
    return dg.AssetCheckResult(
        check_name=ACCEPTED,
        asset_key=raw_key(contract_id),
        passed=newest is not None and not newest.report.is_refused,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence,
        metadata={"warnings": warned} if warned else {},
    )
