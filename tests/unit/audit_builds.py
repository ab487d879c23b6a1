"""A build made by hand, as small as an audit can have, for the audit's tests.

One administration, every dataset, two systems, and one rejected posting with two faults.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import yaml

from pipelines.audit.change import PROFILE_COLUMNS
from pipelines.audit.deliveries import keep_checks
from pipelines.audit.delivery import expected_of_delivery
from pipelines.audit.result import CheckResult, Outcome
from pipelines.cases.tables import declared_tables
from pipelines.contracts.catalogue import datasets
from pipelines.contracts.model import Contract
from pipelines.instance import PROJECT_ROOT

MODELS = PROJECT_ROOT / "dbt_project" / "models"
EXPECTATIONS = PROJECT_ROOT / "expectations"
ALL_DATASETS = set(datasets())
EVERYTHING = ALL_DATASETS | {f"{name}.{field}" for name, dataset in datasets().items() for field in dataset.fields}
TYPES = {"string": "varchar", "int": "integer"}
LINEAGE = {"delivery_id": "d_{0}", "contract_id": "okf.{0}", "administration_code": "okf", "source_row_number": 1}

CONTRACTS = [
    Contract.model_validate(
        {
            "id": f"okf.{name}", "title": "T", "version": "1", "status": "active", "dataset_name": name, "folder": "landing/okf",
            "file": {"format": "csv", "file_pattern": "x"}, "administration": {"code": "okf"}, "mode": "snapshot",
            "columns": [], "content_hash": "0",
        }
    )
    for name in datasets()
]  # fmt: skip

RAW: dict[str, list[dict[str, object]]] = {
    "systems": [
        {"system_key": "s1", "system_name": "One", "user_count": 10},
        {"system_key": "s2", "system_name": "Two", "user_count": 20},
    ],
    "contracts": [{"contract_key": "c1", "contract_name": "First", "yearly_amount": 100, "system_keys": "s1|s2"}],
    "assessments": [
        {"system_key": "s1", "dimension_code": "security", "score_value": 4, "assessed_date": "2025-01-01"}
    ],
    "postings": [
        {"posting_date": "2025-01-01", "posting_amount": "100.10"},
        {"posting_date": "2025-01-02", "posting_amount": "-20.05"},
    ],
    "budgets": [
        {"budget_line_key": "l1", "fiscal_year": 2026, "version_code": "B", "measure_code": "adopted", "budget_amount": 50},
        {"budget_line_key": "l1", "fiscal_year": 2026, "version_code": "B", "measure_code": "actual"},
    ],
    "investments": [
        {"project_code": "p1", "project_name": "P", "fiscal_year": 2026, "version_code": "B", "line_code": "plan_adopted",
         "steering_area_code": "service", "investment_amount": 500},
    ],
}  # fmt: skip
AMOUNTS = {"postings": "80.05", "budgets": "50", "investments": "500"}
TABLES: dict[str, list[dict[str, object]]] = {
    "core.dim_administration": [{"administration_code": "okf", "administration_name": "ØKF", "is_in_reference": True}],
    "core.dim_supplier": [{"supplier_id": "x", "supplier_name": "X A/S", "spelling_count": 1}],
    "core.dim_product": [
        {"product_id": "p1", "product_name": "One", "system_use_count": 1, "administration_count": 1},
        {"product_id": "p2", "product_name": "Two", "system_use_count": 1, "administration_count": 1},
    ],
    "core.dim_system": [
        {"administration_code": "okf", "system_key": "s1", "is_owner": True, "product_id": "p1", "user_count": 10,
         "yearly_cost_amount": 50},
        {"administration_code": "okf", "system_key": "s2", "is_owner": True, "product_id": "p2", "user_count": 20,
         "yearly_cost_amount": 50},
    ],
    "core.dim_contract": [{"administration_code": "okf", "yearly_amount": 100, "listed_system_count": 2}],
    "core.dim_system_history": [{"administration_code": "okf", "system_key": "s1", "valid_from_date": "2026-01-31"}],
    "core.dim_contract_history": [{"administration_code": "okf", "contract_key": "c1", "valid_from_date": "2026-01-31"}],
    "core.fct_contract_system": [
        {"administration_code": "okf", "system_id": "1", "part_count": 2, "allocated_yearly_amount": 50},
        {"administration_code": "okf", "system_id": "2", "part_count": 2, "allocated_yearly_amount": 50},
    ],
    "core.fct_assessment": [
        {"administration_code": "okf", "system_id": "1", "score_value": 4, "assessed_date": "2025-01-01"}
    ],
    "core.dim_data_contract": [
        {"data_contract_id": f"okf.{name}", "is_late": False, "newest_business_date": "2026-01-31", "expected_by_date": "2026-03-03"}
        for name in datasets()
    ],
    "core.fct_delivery": [
        {"delivery_id": f"d_{name}", "is_in_force": True, "business_date": "2026-01-31", "accepted_row_count": len(rows),
         "accepted_amount": AMOUNTS.get(name),
         "rejected_row_count": int(name == "postings"), "rejected_pct": 0,
         "rejected_unknown_amount_row_count": int(name == "postings")}
        for name, rows in RAW.items()
    ],
    "core.fct_delivery_administration": [
        {"delivery_id": f"d_{name}", "administration_code": "okf", "is_in_force": True, "accepted_row_count": len(rows),
         "rejected_row_count": int(name == "postings"), "rejected_pct": 0,
         "accepted_amount": AMOUNTS.get(name)}
        for name, rows in RAW.items()
    ],
    "core.fct_rejection": [
        {"delivery_id": "d_postings", "administration_code": "okf", "rule_code": rule, "source_column": column,
         "faulty_row_count": 1, "source_row_number": 3, "example_reason": "Column: expected something else."}
        for rule, column in (("missing", "Dato"), ("not_an_amount", "Beløb"))
    ],
    "core.fct_posting": [
        {"delivery_id": "d_postings", "administration_code": "okf", "supplier_id": "x", "posting_date": "2025-01-01",
         "fiscal_year": 2025, "posting_amount": "100.10", "is_it": True},
        {"delivery_id": "d_postings", "administration_code": "okf", "supplier_id": "x", "posting_date": "2025-01-02",
         "fiscal_year": 2025, "posting_amount": "-20.05", "is_it": False},
    ],
    "core.fct_it_spend": [
        {"delivery_id": "d_postings", "administration_code": "okf", "split_part_number": 1, "split_part_count": 1,
         "posting_date": "2025-01-01", "fiscal_year": 2025, "confidence_pct": 90, "vat_code": "excluded",
         "is_internal": False, "is_eliminated": False, "cost_target_code": "supplier", "spend_amount": "100.10"},
    ],
    "core.fct_budget": [
        {"administration_code": "okf", "fiscal_year": 2026, "measure_code": "adopted", "budget_amount": 50,
         "is_newest_version": True},
        {"administration_code": "okf", "fiscal_year": 2026, "measure_code": "actual", "is_newest_version": True},
    ],
    "core.fct_investment": [
        {"administration_code": "okf", "fiscal_year": 2026, "line_code": "plan_adopted", "investment_amount": 500,
         "is_newest_version": True},
    ],
    "marts.mart_it_landscape": [
        {"administration_code": "okf", "is_owner": True, "is_in_use": True, "product_id": "p1", "supplier_id": "x",
         "capability_codes": "27", "contract_id": "c", "yearly_cost_amount": 50},
        {"administration_code": "okf", "is_owner": True, "is_in_use": True, "product_id": "p2", "supplier_id": "x",
         "capability_codes": "27", "contract_id": "c", "yearly_cost_amount": 50},
    ],
    "marts.mart_rationalisation": [
        {"administration_code": "okf", "system_id": "1", "business_value_score_value": 4, "technical_fit_score_value": 2,
         "cost_per_user_ratio_value": 1},
    ],
    "marts.mart_it_spend": [
        {"administration_code": "okf", "fiscal_year": 2025, "is_eliminated": False, "spend_part_count": 1, "spend_amount": "100.10",
         "rule_confidence_pct": 90, "unassigned_spend_pct": 0, "currency_code": "DKK"},
    ],
    "marts.mart_investment_overview": [
        {"administration_code": "okf", "line_kind": "run", "fiscal_year": 2026, "adopted_amount": 50, "currency_code": "DKK",
         "is_latest_version": True},
        {"administration_code": "okf", "line_kind": "investment", "fiscal_year": 2026, "adopted_amount": 500,
         "currency_code": "DKK", "is_latest_version": True},
    ],
}  # fmt: skip


def make_build(folder: Path) -> Path:
    """A build whose audit passes: inputs, warehouse.duckdb, and dbt/ with a manifest and results."""
    (folder / "inputs").mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for schema in ("staging", "intermediate", "core", "marts"):
            connection.execute(f"create schema {schema}")
        _lay_inputs(connection, folder / "inputs")
        connection.execute(
            "create view intermediate.int_posting__repeated as select * from staging.stg_postings where false"
        )
        for name, columns in published_columns().items():
            connection.execute(f"create table {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
            for row in TABLES.get(name, []):
                insert(connection, name, row)
    keep_checks(folder, {f"d_{c.dataset_name}": map(passed, sorted(expected_of_delivery(c))) for c in CONTRACTS})
    write_dbt(folder / "dbt", {node: "success" if node.startswith("model.") else "pass" for node in NODES})
    return folder


def passed(check_id: str) -> CheckResult:
    """A check of a delivery that holds."""
    return CheckResult(
        check_id=check_id, gate="delivery", kind="great_expectations", severity="critical", outcome=Outcome.passed, sentence="So."
    )  # fmt: skip


def published_columns() -> dict[str, dict[str, str]]:
    """`<schema>.<table>` of core and marts with column types, as the dbt project declares them; business cases included."""
    found: dict[str, dict[str, str]] = {}
    for schema in ("core", "marts"):
        for path in sorted((MODELS / schema).glob("*.yml")):
            for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
                columns = {c["name"]: TYPES.get(c["data_type"], c["data_type"]) for c in model["columns"]}
                found[f"{schema}.{model['name']}"] = columns
    return found | {name: _without_constraints(columns) for name, columns in declared_tables().items()}


def _without_constraints(columns: dict[str, str]) -> dict[str, str]:
    return {name: kind.removesuffix(" not null") for name, kind in columns.items()}


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    """One row given by name."""
    places = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values()))


def _lay_inputs(connection: duckdb.DuckDBPyConnection, inputs: Path) -> None:
    deliveries = []
    for name, dataset in datasets().items():
        columns = ", ".join(f"{c} {t}" for c, t in dataset.columns.items())
        connection.execute(f"create table staging.stg_{name} ({columns})")
        for number, row in enumerate(RAW[name], start=1):
            lineage = {k: v.format(name) if isinstance(v, str) else number for k, v in LINEAGE.items()}
            insert(connection, f"staging.stg_{name}", lineage | row)
        _copy(connection, f"select * from staging.stg_{name}", inputs / f"raw_{name}")
        amount = f"sum({dataset.main_amount})" if dataset.main_amount else "cast(null as decimal(38, 2))"
        deliveries.append(
            f"select 'd_{name}' as delivery_id, 'okf.{name}' as contract_id, '{name}' as dataset_name, 'accepted' as status, "
            "true as is_in_force, "
            f"count(*) + {int(name == 'postings')} as source_rows, count(*) as accepted_rows, "
            f"{int(name == 'postings')} as rejected_rows, count(*) as output_rows, "
            f"{amount} as source_amount, {amount} as accepted_amount, 0.00 as rejected_amount from staging.stg_{name}"
        )
    _copy(connection, " union all ".join(deliveries), inputs / "raw_delivery")
    parts = "select delivery_id, 'okf' as administration_code, accepted_rows from read_parquet(?)"
    _copy(connection, parts.replace("?", f"'{inputs}/raw_delivery/*.parquet'"), inputs / "raw_delivery_administration")
    profile = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in PROFILE_COLUMNS.items())
    _copy(connection, f"select '' as table_name, {profile} where false", inputs / "previous_profile")
    faults = "values ('d_postings', 'okf', 3, 'Dato', 'missing'), ('d_postings', 'okf', 3, 'Beløb', 'not_an_amount')"
    columns = "delivery_id, administration_code, source_row_number, source_column, rule_code"
    _copy(connection, f"select * from ({faults}) as faults ({columns})", inputs / "raw_rejection")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    connection.execute(f"copy ({query}) to '{folder}/part.parquet' (format parquet)")


NODES: dict[str, dict[str, object]] = {
    "model.portfolio.dim_system": {
        "name": "dim_system", "resource_type": "model", "schema": "core", "config": {"materialized": "table"},
        "columns": {"user_count": {"meta": {}}, "criticality_code": {"meta": {"classification": "restricted"}}},
    },
    "test.portfolio.unique_dim_system_system_id.1": {
        "name": "unique_dim_system_system_id", "resource_type": "test", "column_name": "system_id",
        "attached_node": "model.portfolio.dim_system", "test_metadata": {"name": "unique", "kwargs": {}},
        "config": {"severity": "ERROR"},
    },
    "test.portfolio.warned.2": {
        "name": "warned", "resource_type": "test", "config": {"severity": "warn"},
        "attached_node": "model.portfolio.dim_system", "description": "A rule that only warns.",
    },
}  # fmt: skip


def write_dbt(folder: Path, statuses: dict[str, str]) -> None:
    """dbt's manifest of NODES, and run_results with these statuses."""
    folder.mkdir(exist_ok=True)
    nodes = {unique_id: {"unique_id": unique_id} | node for unique_id, node in NODES.items()}
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes, "unit_tests": {"unit_test.x": {}}}))
    results = [
        {"unique_id": unique_id, "status": status, "message": "Could not convert string 'Jens Hansen'", "failures": 3}
        for unique_id, status in statuses.items()
    ]
    (folder / "run_results.json").write_text(json.dumps({"results": results}))


@contextmanager
def warehouse(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a build opened to be broken."""
    with duckdb.connect(str(build / "warehouse.duckdb")) as connection:
        yield connection
