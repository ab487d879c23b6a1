"""What a contract adds to reading: corrections with a guard, rules on one row, and the sender's control totals."""

from decimal import Decimal, InvalidOperation

import duckdb

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Correction, RowRule
from pipelines.errors import DeliveryRefused
from pipelines.ingest.archive import Delivery
from pipelines.ingest.expressions import cast_of, literal, trimmed
from pipelines.ingest.layout import Layout
from pipelines.ingest.privacy import NOT_SHOWN, is_private, shown_text
from pipelines.ingest.report import DeliveryReport

AMOUNT = "the amount"


def condition(correction: Correction, layout: Layout) -> str:
    """The SQL condition of the rows that a correction is about. Raises DeliveryRefused when the file lacks a column it names."""
    for name in (*correction.where, correction.column):
        if layout.cell(name) is None:
            raise DeliveryRefused(
                f"A correction names the column {name!r}, and the file or its contract does not have it."
            )
    return " and ".join(f"{trimmed(str(layout.cell(n)))} = {literal(v)}" for n, v in correction.where.items())


def correction_misfit(correction: Correction, contract: Contract, delivery: Delivery, found: int) -> str:
    """What is said when a correction hits another number of rows than it expects."""
    return (
        f"{delivery.file_name}: expected {correction.expect} rows where {_shown(correction, contract)}, found {found}. "
        f"The correction ({correction.reason}) no longer fits: remove it beside contract {contract.id}, or mend it."
    )


def _shown(correction: Correction, contract: Contract) -> str:
    values = {n: NOT_SHOWN if is_private(contract, n) else shown_text(v) for n, v in correction.where.items()}
    return " and ".join(f"{name} is {value}" for name, value in values.items())


def violation(rule: RowRule) -> str:
    """The SQL condition under which a typed row breaks a rule; a missing value breaks only a requirement."""
    if rule.between:
        return f"not ({rule.column} between {rule.between[0]} and {rule.between[1]})"
    if rule.matches is not None:
        return f"not regexp_full_match(cast({rule.column} as varchar), {literal(rule.matches)})"
    if rule.not_before:
        return f"{rule.column} < {rule.not_before}"
    given = [f"cast({n} as varchar) in ({', '.join(map(literal, vs))})" for n, vs in (rule.required_when or {}).items()]
    return f"({rule.column} is null and {' and '.join(given)})"


def with_control_totals(
    connection: duckdb.DuckDBPyConnection,
    report: DeliveryReport,
    contract: Contract,
    delivery: Delivery,
    layout: Layout,
    open_ends: tuple[str, ...],
) -> DeliveryReport:
    """Hold the sender's own totals (sum row, sidecar, contract) against the rows that were read.

    Raises DeliveryRefused when they differ although every row was read; where rows were rejected, a difference is warned of.
    `open_ends`, files whose last row has no line end, are warned of unless an amount that agrees shows that nothing is lost.
    """
    totals = _totals(connection, report, contract, delivery, layout)
    differences = [
        f"{origin} gives {what} {expected}, the rows give {found}"
        for origin, what, expected, found in totals
        if expected != found
    ]
    warnings = []
    if differences:
        text = (
            f"{delivery.file_name}: expected the sender's control totals, found a difference: {'; '.join(differences)}."
        )
        if not report.rejected_rows:
            raise DeliveryRefused(f"{text} Deliver the whole file, or correct the total.")
        warnings.append(f"{text} {report.rejected_rows} rows were rejected.")
    if differences or not any(what == AMOUNT for _, what, _, _ in totals):
        warnings += [_open_end(name, contract) for name in open_ends]
    return report.model_copy(update={"warnings": (*report.warnings, *warnings)})


def _open_end(name: str, contract: Contract) -> str:
    return (
        f"{name}: expected a line end after the last row, found none, so it cannot be told whether that row is whole. Compare "
        "its last cell with the source. Let the sender end the file with a line end or give a control total; if this sender "
        f"never writes one, set finalLineEnd: optional in contract {contract.id}."
    )


def _totals(
    connection: duckdb.DuckDBPyConnection,
    report: DeliveryReport,
    contract: Contract,
    delivery: Delivery,
    layout: Layout,
) -> list[tuple[str, str, object, object]]:
    """(where it stands, what it counts, what it says, what was read) for every total that was given."""
    found: list[tuple[str, str, object, object]] = []
    given = [
        ("the sidecar", dict(delivery.control_totals)),
        ("the contract", {n: str(v) for n, v in contract.control_totals if v is not None}),
    ]
    for origin, totals in given:
        if "rows" in totals:
            found.append((origin, "rows", int(totals["rows"]), report.source_rows))
        if "amount" in totals and report.source_amount is not None:
            found.append((origin, AMOUNT, _in_currency(totals["amount"], contract), report.source_amount))
    if contract.file.total_rows and contract.file.total_rows.amount and report.source_amount is not None:
        sum_row = _sum_row(connection, contract, layout)
        stated = "(no sum row, or no amount in it)" if sum_row is None else sum_row
        found.append(("the sum row", AMOUNT, stated, report.source_amount))
    return found


def _in_currency(text: str, contract: Contract) -> Decimal:
    try:
        return (Decimal(text) * contract.amounts.unit * contract.amounts.sign).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise DeliveryRefused(
            f"The control total {text!r} is no amount. Write it as 12345.67 in the sidecar."
        ) from None


def _sum_row(connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout) -> Decimal | None:
    """The amounts of each file's last sum row together, in whole currency; None when there is none, or one is no amount."""
    totals, amount = contract.file.total_rows, contract.dataset.main_amount
    if not totals or not totals.amount or not amount:
        return None
    column = next(c for c in contract.columns if c.name == amount)
    expression = trimmed(str(layout.cell(totals.amount)))
    for step in cast_of(column, contract.field(amount), contract, None).make:
        expression = step.format(x=f"({expression})")
    row = connection.execute(
        f"select case when count(*) = count(amount) then sum(amount) end from ("
        f"select {expression} as amount, row_number() over (partition by row_before order by source_row_number desc) as n "
        "from aside asof join files on source_row_number > row_before where is_total) where n = 1"
    ).fetchone()
    return row[0] if row else None
