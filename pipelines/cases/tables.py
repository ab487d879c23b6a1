"""The tables that cases are written to, as dbt_project/models/business_cases.yml declares them. What stands in them is made in rows.py."""

from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.cases.rounding import Oere
from pipelines.files import parse_yaml
from pipelines.instance import PROJECT_ROOT

DECLARATION = PROJECT_ROOT / "dbt_project" / "models" / "business_cases.yml"
OERE = Decimal("0.01")
TYPES = {"string": "varchar", "int": "integer"}
CASE, FLOW, PART = "mart_business_case", "mart_business_case_cash_flow", "mart_business_case_by_administration"
COALITION, SENSITIVITY = "mart_business_case_coalition", "mart_business_case_sensitivity"
TABLES = (CASE, FLOW, PART, COALITION, SENSITIVITY)


@cache
def _declaration() -> dict[str, dict[str, Any]]:
    """What dbt's file says of each table, by `<schema>.<table>`."""
    (source,) = parse_yaml(DECLARATION.read_text("utf-8"))["sources"]
    return {f"{source['schema']}.{table['name']}": table for table in source["tables"]}


def declared_descriptions() -> dict[str, str]:
    """The question that each table answers, by `<schema>.<table>`."""
    return {name: str(table["description"]) for name, table in _declaration().items()}


@cache
def declared_tables() -> dict[str, dict[str, str]]:
    """Name of each table with its columns in order, each with its DuckDB type and whether it may be null."""
    return {
        name: {column["name"]: _type(column) for column in table["columns"]} for name, table in _declaration().items()
    }


def _type(column: dict[str, Any]) -> str:
    kind = str(column["data_type"])
    return TYPES.get(kind, kind) + (" not null" if column["config"]["meta"].get("is_required") else "")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """All tables, empty and typed; those of an earlier attempt at the same build are replaced."""
    connection.execute("create schema if not exists marts")
    for name, columns in declared_tables().items():
        connection.execute(f"create or replace table {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")


def fill(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Insert rows by column name. Raises duckdb.Error when they are not as declared."""
    columns = declared_tables()[f"marts.{name}"]
    assert set(rows.column_names) == set(columns), set(rows.column_names) ^ set(columns)
    connection.register("case_rows", rows)
    connection.execute(f"insert into marts.{name} select {', '.join(columns)} from case_rows")
    connection.unregister("case_rows")


def amounts(oere: Oere) -> pa.Array:
    """Whole øre as decimals, without a detour by floating point."""
    return pc.multiply(
        pa.array(oere.ravel(), pa.int64()).cast(pa.decimal128(19, 0)), pa.scalar(OERE, pa.decimal128(3, 2))
    )
