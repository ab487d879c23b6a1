"""What is known of deliveries and of their contracts, as rows of a build's inputs: what marts and pages show of who delivers how.

Rows of accepted deliveries are counted where they are conformed; nothing is counted here.
"""

from datetime import date, timedelta

import pyarrow as pa

from pipelines.audit.result import Outcome
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Promise
from pipelines.ingest.ingest import DeliveryState
from pipelines.ingest.report import DeliveryReport

TEXT, ROWS, MONEY, DATE, FLAG = pa.string(), pa.int64(), pa.decimal128(38, 2), pa.date32(), pa.bool_()
COUNTS = {
    "source_rows": ROWS, "accepted_rows": ROWS, "rejected_rows": ROWS,
    "source_amount": MONEY, "accepted_amount": MONEY, "rejected_amount": MONEY,
}  # fmt: skip
DELIVERY_COLUMNS = pa.schema({
    "delivery_id": TEXT, "contract_id": TEXT, "dataset_name": TEXT, "administration_code": TEXT, "file_name": TEXT,
    "file_start_rows": TEXT, "content_sha256": TEXT, "business_date": DATE, "received_at": pa.timestamp("us"), "mode": TEXT, "status": TEXT,
    "is_in_force": FLAG, "is_replacement_due": FLAG, **COUNTS, "total_rows": ROWS, "blank_rows": ROWS, "output_rows": ROWS,
    "rejected_unknown_amount_rows": ROWS, "warning_count": ROWS, "refusal_reason": TEXT,
})  # fmt: skip
PART_COLUMNS = pa.schema({"delivery_id": TEXT, "administration_code": TEXT, **COUNTS})
CONTRACT_COLUMNS = pa.schema({
    "contract_id": TEXT, "dataset_name": TEXT, "administration_code": TEXT, "administration_codes": TEXT, "team_name": TEXT,
    "contract_title": TEXT, "mode": TEXT, "frequency_value": ROWS, "frequency_unit": TEXT, "latency_days": ROWS,
    "newest_business_date": DATE, "expected_by_date": DATE, "is_late": FLAG,
})  # fmt: skip
REPORTED = set(DELIVERY_COLUMNS.names) & set(DeliveryReport.model_fields) - {"delivery_id", "contract_id"}
DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def delivery_rows(states: list[DeliveryState]) -> list[dict[str, object]]:
    """One row of raw_delivery for each delivery."""
    due = {s.delivery.delivery_id for s in newest_refused(states)}
    return [_delivery_row(s) | {"is_replacement_due": s.delivery.delivery_id in due} for s in states]


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
        "warning_count": len(report.warnings) + sum(c.outcome is Outcome.warning for c in state.checks),
        **report.model_dump(include=REPORTED),
    }


def part_rows(states: list[DeliveryState]) -> list[dict[str, object]]:
    """One row of raw_delivery_administration for each accepted delivery and administration in it."""
    return [
        {"delivery_id": s.delivery.delivery_id, **part.model_dump()}
        for s in states
        if s.status == "accepted"
        for part in s.report.administrations
    ]


def newest_refused(states: list[DeliveryState]) -> list[DeliveryState]:
    """Refused deliveries that nothing accepted has replaced since."""
    accepted = [s.delivery for s in states if s.is_in_force]
    return [
        s
        for s in states
        if s.status == "refused"
        and not any(
            a.contract_id == s.delivery.contract_id
            and (a.business_date, a.received_at) >= (s.delivery.business_date, s.delivery.received_at)
            for a in accepted
        )
    ]


def promise_row(contract: Contract, states: list[DeliveryState], as_of: date) -> dict[str, object]:
    """What one contract promised, and whether it is kept: late when a delivery is overdue, or none was ever accepted."""
    in_force = [s for s in states if s.contract.id == contract.id and s.is_in_force]
    newest = max((s.delivery.business_date for s in in_force), default=None)
    expected_by = expected_by_date(newest, contract.promise) if newest and contract.promise else None
    return {
        "contract_id": contract.id,
        "dataset_name": contract.dataset_name,
        "administration_code": contract.administration.code,
        "administration_codes": "|".join(_covered(contract, in_force)) or None,
        "team_name": contract.team or None,
        "contract_title": contract.title,
        "mode": contract.mode,
        "frequency_value": contract.promise and contract.promise.frequency_value,
        "frequency_unit": contract.promise and contract.promise.frequency_unit,
        "latency_days": contract.promise and contract.promise.latency_days,
        "newest_business_date": newest,
        "expected_by_date": expected_by,
        "is_late": newest is None or (expected_by is not None and expected_by < as_of),
    }


def _covered(contract: Contract, in_force: list[DeliveryState]) -> list[str]:
    """Codes of the administrations that a contract is about: its own, or those listed in it and found in its deliveries."""
    rule = contract.administration
    found = {part.administration_code for s in in_force for part in s.report.administrations}
    return sorted({code for code in (rule.code, *rule.code_list.values(), *found) if code})


def expected_by_date(newest: date, promise: Promise) -> date:
    """The day by which the delivery after `newest` has to be there: one frequency (longest form) and the grace later."""
    return newest + timedelta(days=DAYS[promise.frequency_unit] * promise.frequency_value + promise.latency_days)
