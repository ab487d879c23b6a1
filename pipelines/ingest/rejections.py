"""Rejected rows: which row, which column, which rule, and why in words that the sender understands."""

from pathlib import Path

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import RowRule
from pipelines.ingest.archive import Delivery
from pipelines.ingest.confined import confined
from pipelines.ingest.controls import violation
from pipelines.ingest.expressions import literal
from pipelines.ingest.fields import Field, typed_rows
from pipelines.ingest.privacy import shown_cell
from pipelines.ingest.readers import Source
from pipelines.ingest.report import DeliveryReport, RejectionCount


def rejected_sql(contract: Contract, delivery: Delivery, fields: list[Field], source: Source) -> str:
    """One row per fault, with the raw cells of the row as a JSON list in the file's order.

    Where a delivery has several files, reasons begin with the file and the row in it: rows are numbered on through all.
    """
    raw = f"cast(to_json([{', '.join(f'c{n}' for n in range(len(source.headers)))}]) as varchar)"
    marked = f"(select *, {raw} as raw_text from aside where not is_blank and not is_total)"
    faults = ", ".join(
        [f"case when {f.fault} then {_fault(f, contract)} end" for f in fields]
        + [f"case when {violation(rule)} then {_broken(rule, contract)} end" for rule in contract.row_rules]
    )
    lineage = f"{literal(delivery.delivery_id)} as delivery_id, {literal(contract.id)} as contract_id"
    key = " + ".join(contract.key)
    several = len(source.parts) > 1
    reason = f"{_place('f', 'source_row_number')} || ': ' || reason" if several else "reason"
    first = _place("g", "first_row") if several else "'row ' || first_row"
    code = contract.administration.code
    return f"""
        with bad as (
            select administration_code, source_row_number, raw_text, [{faults}] as faults
            from ({typed_rows(fields, marked, "source_row_number, raw_text")})
        ),
        told as (
            select source_row_number, administration_code, raw_text, unnest(list_filter(faults, lambda x: x is not null)) as f
            from bad
        ),
        found as (
            select administration_code, source_row_number, f.c as source_column, f.r as rule_code, f.t as reason, raw_text
            from told
            union all
            select administration_code, source_row_number, null, 'repeated_key',
                   'The key {key} stands already in ' || {first} || '. Each key may occur once.', raw_text
            from repeated join bad using (source_row_number) asof join files g on first_row > g.row_before
            union all
            select {literal(code) if code else "null"}, source_row_number, null, 'not_a_row',
                   'The line could not be split into the columns of the header: ' || lower(problem) || '.', raw_text
            from unreadable
        )
        select {lineage}, administration_code, source_row_number, source_column, rule_code, {reason} as reason, raw_text
        from found asof join files f on source_row_number > f.row_before
        order by source_row_number, source_column, rule_code"""


def _place(file: str, number: str) -> str:
    """A row as its sender finds it: the file, and the row's number in it."""
    return f"{file}.file_name || ', row ' || ({number} - {file}.row_before)"


def _fault(field: Field, contract: Contract) -> str:
    """Column, rule and reason of one field's fault, with what may be shown of the cell."""
    source_column = field.source_column or field.name
    shown = shown_cell(contract, source_column, field.given)
    column = literal(f"Column '{source_column}'")
    return (
        f"{{'c': {literal(field.source_column or '')}, "
        f"'r': case when {field.given} is null then 'missing' else {literal(field.cast.rule)} end, "
        f"'t': case when {field.given} is null then {column} || ': expected a value, found an empty cell.' "
        f"else {column} || ': expected ' || {literal(field.cast.expected)} || ', found ' || {shown} || '.' end}}"
    )


def _broken(rule: RowRule, contract: Contract) -> str:
    """Column, rule and reason of a broken row rule: the contract's own sentence."""
    column = next((" + ".join(c.source_names) for c in contract.columns if c.name == rule.column), rule.column)
    return f"{{'c': {literal(column)}, 'r': 'row_rule', 't': {literal(f'Column {column!r}: {rule.description}')}}}"


def rejection_counts(rejected: Path) -> tuple[RejectionCount, ...]:
    """Rejected rows by rule, most frequent first, with the first reason as an example."""
    with confined([], [rejected]) as connection:
        rows = connection.execute(
            "select rule_code, count(distinct source_row_number), "
            "arg_min('Row ' || source_row_number || ': ' || reason, source_row_number) "
            f"from read_parquet({literal(str(rejected))}) group by rule_code order by 2 desc, 1"
        ).fetchall()
    return tuple(RejectionCount(rule_code=r, row_count=n, example=e) for r, n, e in rows)


def with_rejections(report: DeliveryReport, contract: Contract, rejected: Path) -> DeliveryReport:
    """The report with what the Parquet file of rejected rows says: rows by rule, and rows whose amount cannot be told."""
    unknown = None if report.source_amount is None else _unknown_amount_rows(contract, rejected)
    return report.model_copy(update={"rejections": rejection_counts(rejected), "rejected_unknown_amount_rows": unknown})


def _unknown_amount_rows(contract: Contract, rejected: Path) -> int:
    """Rejected rows whose amount counts 0 because it cannot be read: no number, missing, or the line is no row at all."""
    amount, unpivot = contract.dataset.main_amount, contract.unpivot
    if unpivot and unpivot.into == amount:
        columns = list(unpivot.columns)
    else:
        columns = [" + ".join(c.source_names) for c in contract.columns if c.name == amount]
    with confined([], [rejected]) as connection:
        row = connection.execute(
            f"select count(distinct source_row_number) from read_parquet({literal(str(rejected))}) where rule_code = 'not_a_row' "
            f"or (rule_code <> 'row_rule' and source_column in ({', '.join(map(literal, ['', *columns]))}))"
        ).fetchone()
    assert row is not None
    return int(row[0])
