"""Conform one delivery: text to canonical columns by contract, bad rows set aside with reasons, one Parquet file of each.

Set-based: DuckDB does the work. Decides nothing about other deliveries, and knows no Dagster.
"""

import time
from pathlib import Path

import duckdb

from pipelines.contracts.codes import Codes
from pipelines.contracts.model import Contract
from pipelines.errors import DeliveryRefused
from pipelines.files import fresh_folder
from pipelines.ingest.archive import Delivery
from pipelines.ingest.confined import confined
from pipelines.ingest.controls import with_control_totals
from pipelines.ingest.counts import administration_counts, in_total
from pipelines.ingest.expressions import literal
from pipelines.ingest.fields import Field, constant_value
from pipelines.ingest.identifiers import faulty_numbers
from pipelines.ingest.judging import Judging
from pipelines.ingest.layout import Layout
from pipelines.ingest.readers import read
from pipelines.ingest.rejections import rejected_sql, with_rejections
from pipelines.ingest.report import DeliveryReport, counts_kept
from pipelines.storage import blamed_on_the_disk

CONFORM_VERSION = 9
MEMORY_LIMIT = "3GB"
# Columns with more different values than this in a row group are written plain: looking for repetitions in a ledger's
# voucher numbers and texts costs more than it saves, and so does packing harder than zstd's first level.
PARQUET = "format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000"


@blamed_on_the_disk()
def conform(
    delivery: Delivery,
    contract: Contract,
    codes: Codes,
    contents: tuple[Path, ...],
    accepted: Path,
    rejected: Path,
    work: Path,
) -> DeliveryReport:
    """Write the delivery's accepted and rejected rows as Parquet and report what came out.

    `contents` are the bytes of its files, in the order of their names. Raises DeliveryRefused when the file as a whole does not
    fit its contract; nothing is then written. Raises PortfolioError when the disk is to blame.
    """
    started = time.monotonic()
    contract = contract.on(delivery.business_date)
    fresh_folder(work)
    for stale in (accepted, rejected):
        stale.unlink(missing_ok=True)  # over an old file DuckDB would write by way of another one, which it may not
    with confined(
        [work], [*contents, accepted, rejected], memory_limit=MEMORY_LIMIT, temp_directory=work
    ) as connection:
        files = list(zip(delivery.file_names, contents, strict=True))
        judging = Judging(contract, delivery, codes)
        source = read(connection, judging, files, work)
        judging.check_corrections(connection)
        _make_rows(connection, judging, source.footer_rows)
        _copy(connection, _accepted_sql(contract, delivery, judging.fields), accepted)
        _copy(connection, rejected_sql(contract, delivery, judging.fields, source), rejected)
        report = _counted(connection, delivery, contract, judging.layout)
        report = with_rejections(report, contract, rejected).model_copy(update={"files": source.parts})
        with counts_kept(report):
            _check_threshold(report, contract, delivery)
            report = with_control_totals(connection, report, contract, delivery, judging.layout, source.open_ends)
        output_rows = _one(connection, f"select count(*) from read_parquet({literal(str(accepted))})")
    return report.model_copy(update={"output_rows": output_rows, "seconds": round(time.monotonic() - started, 3)})


def _make_rows(connection: duckdb.DuckDBPyConnection, judging: Judging, footer_rows: tuple[int, ...]) -> None:
    """`rows`: every data row with its typed fields and `is_bad`. `aside`: the cells of every row that is bad, blank or a total.

    Rows that are looked at again, for their keys or wide cells, are a table; a ledger's are read from `judged` as they lie there.
    """
    footer = f"source_row_number in ({', '.join(map(str, footer_rows))})" if footer_rows else "false"
    connection.execute(f"create view marked as select * replace (is_total or {footer} as is_total) from judged")
    names = ", ".join(f.name for f in judging.fields)
    kind = "table" if judging.is_looked_at_again else "view"
    connection.execute(
        f"create {kind} rows as select source_row_number, {names}, is_bad from marked where not is_blank and not is_total"
        + _in_file_order(connection)
    )
    _reject_repeated_keys(connection, judging.key)
    cells = ", ".join(f"cells[{n + 1}] as c{n}" for n in range(len(judging.layout.headers)))
    connection.execute(
        f"create table aside as select source_row_number, is_blank, is_total, {cells} from marked "
        "where is_blank or is_total or is_bad or source_row_number in (select source_row_number from repeated)"
    )


def _in_file_order(connection: duckdb.DuckDBPyConnection) -> str:
    """Rows come in file order by themselves, unless unreadable ones had to be counted in between."""
    return " order by source_row_number" if _one(connection, "select count(*) from unreadable") else ""


def _reject_repeated_keys(connection: duckdb.DuckDBPyConnection, key: list[str]) -> None:
    """The table `repeated`: rows whose key stands in an earlier row; they are marked as bad."""
    connection.execute("create table repeated (source_row_number bigint, first_row bigint)")
    if not key:
        return
    window = f"partition by administration_code, {', '.join(key)} order by source_row_number"
    connection.execute(
        "insert into repeated select source_row_number, first_row from ("
        f"select source_row_number, row_number() over ({window}) as n, first_value(source_row_number) over ({window}) as first_row "
        "from rows where not is_bad) where n > 1"
    )
    connection.execute(
        "update rows set is_bad = true where source_row_number in (select source_row_number from repeated)"
    )


def _amount_columns(contract: Contract) -> list[str]:
    """The columns of `rows` that hold the dataset's main amount."""
    amount = contract.dataset.main_amount
    if amount is None:
        return []
    if contract.unpivot and contract.unpivot.into == amount:
        return [f"cell_{n}" for n in range(len(contract.unpivot.columns))]
    return [amount] if amount in contract.provided_fields() else []


def _counted(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract, layout: Layout
) -> DeliveryReport:
    amounts = _amount_columns(contract)
    parts = administration_counts(connection, contract.administration.code, amounts)
    blank, total = (
        _one(connection, f"select count(*) from aside where {condition}")
        for condition in ("is_blank", "is_total and not is_blank")
    )
    return DeliveryReport(
        delivery_id=delivery.delivery_id,
        contract_id=contract.id,
        **in_total(parts, bool(amounts)).model_dump(),
        total_rows=total,
        blank_rows=blank,
        administrations=parts,
        warnings=(*layout.warnings, *faulty_numbers(connection, contract, delivery.file_name)),
    )


def _check_threshold(report: DeliveryReport, contract: Contract, delivery: Delivery) -> None:
    if report.source_rows == 0:
        raise DeliveryRefused(
            f"{delivery.file_name}: expected rows below the header, found none. Deliver the file with its rows."
        )
    limit = contract.rejection_threshold
    too_many = limit.rows is not None and report.rejected_rows > limit.rows
    share = report.rejected_rows / report.source_rows
    if too_many or share > limit.share:
        examples = " ".join(
            f"{count.row_count} {count.rule_code}, such as {count.example}" for count in report.rejections[:3]
        )
        allowed = f"{limit.share:.0%}" + (f" or {limit.rows} rows" if limit.rows is not None else "")
        raise DeliveryRefused(
            f"{delivery.file_name}: expected at most {allowed} bad rows (contract {contract.id}), found {report.rejected_rows} "
            f"of {report.source_rows} ({share:.1%}): {examples} Correct them, or the contract, and deliver again."
        )


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    connection.execute(f"copy ({query}) to {literal(str(target))} ({PARQUET})")


def _accepted_sql(contract: Contract, delivery: Delivery, fields: list[Field]) -> str:
    """The canonical rows; with unpivoted columns, one branch per column."""
    if not contract.unpivot:
        return _branch_sql(contract, delivery, fields, None, {})
    branches = []
    for number, (header, given) in enumerate(contract.unpivot.columns.items()):
        values = {name: constant_value(contract, name, value) for name, value in given.items()}
        values[contract.unpivot.into] = f"cell_{number}"
        branches.append(_branch_sql(contract, delivery, fields, header, values))
    return " union all ".join(branches)


def _branch_sql(
    contract: Contract, delivery: Delivery, fields: list[Field], header: str | None, given: dict[str, str]
) -> str:
    """Accepted rows with every column of the dataset: from the row, from what the branch gives, or null."""
    source = dict.fromkeys(contract.dataset.columns, "null")
    source |= {f.name: f.name for f in fields if f.name in source} | given
    source |= {
        "delivery_id": literal(delivery.delivery_id),
        "contract_id": literal(contract.id),
        "source_row_number": "source_row_number",
        "source_column": "null" if header is None else literal(header),
    }
    columns = ", ".join(f"cast({source[n]} as {kind}) as {n}" for n, kind in contract.dataset.columns.items())
    return f"select {columns} from rows where not is_bad"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
