"""How many rows and how much money of one delivery were accepted and rejected, by administration. Decides about no row."""

from decimal import Decimal

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.ingest.report import AdministrationCount, Counts


def administration_counts(
    connection: duckdb.DuckDBPyConnection, administration_code: str | None, amounts: list[str]
) -> tuple[AdministrationCount, ...]:
    """The parts of a delivery by administration, from the tables `rows` and `unreadable`.

    `administration_code`: whose all rows are, None where a column tells; a line that is no row is then nobody's. `amounts`: the
    columns of `rows` that hold the dataset's main amount. All figures are summed for themselves, none is a difference.
    """
    amount = " + ".join(f"coalesce({name}, 0)" for name in amounts)
    money = f"cast({amount} as decimal(38, 2))" if amounts else "cast(null as decimal(38, 2))"
    zero = "0" if amounts else "null"
    whose = literal(administration_code) if administration_code else "null"
    found = connection.execute(
        f"""
        with all_rows as (
            select administration_code, is_bad, {money} as amount from rows
            union all
            select {whose}, true, {zero} from unreadable
        )
        select administration_code, count(*), count(*) filter (not is_bad), count(*) filter (is_bad),
               sum(amount), coalesce(sum(amount) filter (not is_bad), {zero}), coalesce(sum(amount) filter (is_bad), {zero})
        from all_rows group by administration_code order by administration_code nulls last"""
    ).fetchall()
    names = ("administration_code", *Counts.model_fields)
    return tuple(AdministrationCount.model_validate(dict(zip(names, row, strict=True))) for row in found)


def in_total(parts: tuple[AdministrationCount, ...], has_amount: bool) -> Counts:
    """The figures of the whole delivery."""
    zero = Decimal("0.00")
    rows = {n: sum(getattr(part, n) for part in parts) for n in Counts.model_fields if n.endswith("_rows")}
    money = (
        {n: sum((getattr(part, n) for part in parts), zero) for n in Counts.model_fields if n.endswith("_amount")}
        if has_amount
        else {}
    )
    return Counts.model_validate(rows | money)
