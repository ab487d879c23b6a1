"""Cases in a warehouse: the tables are as declared, add up to the øre, and do not depend on the order of rows."""

import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.cases.run import CasesOutcome, write_cases
from pipelines.cases.tables import DECLARATION, declared_tables
from pipelines.instance import PROJECT_ROOT
from pipelines.release.tables import model_descriptions, trace_keys
from tests.cases import AS_OF, written

RANGES = {
    "migrated_cost_pct": (40.0, 90.0),
    "analysis_amount": (50_000.0, 300_000.0),
    "implementation_years": (0.5, 2.0),
}
VALUES = {
    "analysis_amount": 100_000, "migration_amount_per_system": 30_000, "management_amount": 20_000, "draw_count": 500,
    "training_amount_per_user": 150, "freed_hours_per_user": 0.5, "hourly_amount": 333, "unknown_user_count": 33,
}  # fmt: skip
TABLES = [name.removeprefix("marts.") for name in declared_tables()]
CODES = "abcdefg"


def member(candidate: str, administration: str, product: str, cost: str | None, **more: object) -> dict[str, object]:
    return {
        "candidate_id": candidate, "administration_code": administration, "system_id": f"{administration}-{product}",
        "product_id": product, "user_count": more.get("users"), "yearly_cost_amount": cost, "earliest_exit_date": more.get("exits"),
    }  # fmt: skip


MEMBERS = [
    *[member("seven", code, f"p{n % 3}", f"{123456.78 * (n + 1):.2f}", users=10 * n, exits=date(2027 + n % 3, 5, 1))
      for n, code in enumerate(CODES)],
    *[member("pair", code, "same", "400000.01", users=7) for code in "ab"],
    *[member("unknown", code, f"q{code}", None) for code in "ab"],
    *[member("many", f"x{n:02d}", "r", "1000.00") for n in range(11)],
]  # fmt: skip


def warehouse(path: Path, members: list[dict[str, object]], against: str = "") -> Path:
    """A warehouse that holds candidates only."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core; create schema marts")
        connection.execute(
            "create table core.fct_candidate_system (candidate_id varchar, administration_code varchar, system_id varchar, "
            "product_id varchar, user_count bigint, yearly_cost_amount decimal(18,2), earliest_exit_date date)"
        )
        connection.execute(
            "create table marts.mart_shared_solution_candidate (candidate_id varchar, candidate_name varchar, is_advised_against boolean)"
        )
        for name in dict.fromkeys(row["candidate_id"] for row in members):
            connection.execute(
                "insert into marts.mart_shared_solution_candidate values (?, ?, ?)",
                [name, f"The {name}", name == against],
            )
        for row in members:
            connection.execute("insert into core.fct_candidate_system values (?, ?, ?, ?, ?, ?, ?)", list(row.values()))
    return path


def run(folder: Path, members: list[dict[str, object]], **kwargs: Any) -> tuple[Path, CasesOutcome]:
    folder.mkdir(exist_ok=True)
    (folder / "assumptions.yml").write_text(yaml.safe_dump(written(VALUES, RANGES)), "utf-8")
    path = warehouse(folder / "warehouse.duckdb", members, **kwargs)
    return path, write_cases(path, folder, AS_OF, 2026, folder / "cases.json")


def content(path: Path, where: str = "true") -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {n: connection.execute(f"select * from marts.{n} where {where} order by all").fetchall() for n in TABLES}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, outcome = run(tmp_path_factory.mktemp("cases"), MEMBERS)
    assert outcome == CasesOutcome(4, 3, None)
    return path


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_candidate_has_one_row_and_figures_or_a_reason(built: Path) -> None:
    rows = ask(built, "select candidate_id, case_rank is null, net_present_value_amount is null, missing_case_code, "
                      "coalition_missing_code from marts.mart_business_case order by 1")  # fmt: skip
    assert rows == [
        ("many", False, False, None, "too_many_administrations"),
        ("pair", False, False, None, "no_gain"),
        ("seven", False, False, None, None),
        ("unknown", True, True, "no_known_cost", "no_known_cost"),
    ]
    assert ask(
        built, "select candidate_id, count(*) from marts.mart_business_case_coalition group by 1 order by 1"
    ) == [
        ("pair", 3),
        ("seven", 127),
    ]


def test_cash_flows_discount_to_the_net_present_value(built: Path) -> None:
    assert ask(built, """
        select candidate_id, round(sum(cash_flow_amount * discount_factor_value), 2) - any_value(net_present_value_amount),
               round(sum(case when is_cashable then cash_flow_amount * discount_factor_value end), 2)
               - any_value(cashable_net_present_value_amount)
        from marts.mart_business_case_cash_flow join marts.mart_business_case using (candidate_id) group by 1 order by 1
    """) == [(name, 0, 0) for name in ("many", "pair", "seven")]  # fmt: skip


def test_investment_and_cost_of_ownership_are_sums_of_cash_flows(built: Path) -> None:
    assert ask(built, """
        select any_value(case_investment_amount) + sum(case when cash_flow_kind_code = 'one_off' then cash_flow_amount end),
               any_value(investment_service_amount + investment_anlaeg_amount + investment_overfoersler_amount - case_investment_amount),
               any_value(yearly_effect_service_amount + yearly_effect_anlaeg_amount + yearly_effect_overfoersler_amount
                         - yearly_effect_amount),
               any_value(total_cost_of_ownership_amount - today_cost_of_ownership_amount)
               + sum(case when cash_flow_kind_code in ('one_off', 'recurring') or case_line_code = 'avoided_run'
                          then cash_flow_amount end)
        from marts.mart_business_case_cash_flow join marts.mart_business_case using (candidate_id) group by candidate_id
    """) == [(0, 0, 0, 0)] * 3  # fmt: skip


def test_parts_of_administrations_sum_to_the_whole(built: Path) -> None:
    columns = ("case_investment_amount", "net_present_value_amount", "cashable_net_present_value_amount")
    apart = ", ".join(f"sum(p.{c}) - any_value(c.{c})" for c in columns)
    rows = ask(built, f"""
        select {apart}, sum(p.compensation_amount), sum(p.shapley_share_amount) - any_value(whole.coalition_gain_amount),
               sum(p.core_share_amount) - any_value(whole.coalition_gain_amount), any_value(c.has_core)
        from marts.mart_business_case_by_administration p join marts.mart_business_case c using (candidate_id)
        left join marts.mart_business_case_coalition whole
            on whole.candidate_id = p.candidate_id and coalition_administration_count = administration_count
        group by p.candidate_id order by p.candidate_id""")  # fmt: skip
    assert [row[:3] for row in rows] == [(0, 0, 0)] * 3
    assert {row[3] for row in rows} <= {0, None}
    assert [row[4] for row in rows] == [None, None, 0]
    assert [row[5] == 0 for row in rows if row[6]] == [True] * sum(bool(row[6]) for row in rows)


def test_the_whole_coalition_is_the_cashable_case_and_flags_agree(built: Path) -> None:
    assert ask(built, """
        select any_value(c.cashable_net_present_value_amount)
               - max(case when coalition_administration_count = administration_count then k.cashable_net_present_value_amount end),
               bool_and(is_served_by_shapley) = coalesce(any_value(is_shapley_in_core), true),
               coalesce(max(case when is_smallest_paying then k.administration_codes end), '')
               = coalesce(any_value(smallest_paying_administration_codes), '')
        from marts.mart_business_case_coalition k join marts.mart_business_case c using (candidate_id) group by candidate_id
    """) == [(0, True, True)] * 2  # fmt: skip


def test_order_of_rows_changes_nothing(built: Path, tmp_path: Path) -> None:
    mixed = list(MEMBERS)
    random.Random(5).shuffle(mixed)
    assert content(run(tmp_path / "mixed", mixed)[0]) == content(built)


def test_an_administration_without_overlap_changes_no_other_candidate(built: Path, tmp_path: Path) -> None:
    """Only ranks and shares of draws among the best may move, and here nothing is worse or better enough for that."""
    more = [*MEMBERS, member("apart", "z", "z", "1.00"), member("apart", "y", "z", "1.00")]
    grown = run(tmp_path / "grown", more)[0]
    assert content(grown, "candidate_id <> 'apart'") == content(built)


def test_an_instance_without_assumptions_has_empty_typed_tables_and_a_reason(tmp_path: Path) -> None:
    path = warehouse(tmp_path / "w.duckdb", MEMBERS)
    outcome = write_cases(path, tmp_path, AS_OF, 2026, tmp_path / "cases.json")
    assert outcome == CasesOutcome(
        0, 0, "The instance has no reference/assumptions.yml, so there are no business cases."
    )
    assert content(path) == {name: [] for name in TABLES}
    found = ask(
        path,
        "select column_name, data_type from duckdb_columns() where table_name = 'mart_business_case' order by column_index",
    )
    assert len(found) == len(declared_tables()["marts.mart_business_case"])
    assert ("net_present_value_amount", "DECIMAL(18,2)") in found


def test_no_candidate_is_a_reason_too(tmp_path: Path) -> None:
    _, outcome = run(tmp_path / "none", [])
    assert outcome.empty_reason == "There is no candidate for a shared solution, so there are no business cases."


def test_who_is_advised_against_gets_no_route(tmp_path: Path) -> None:
    path, _ = run(tmp_path / "against", MEMBERS, against="pair")
    (row,) = ask(
        path,
        "select suggested_route_code, suggested_route_reason from marts.mart_business_case where candidate_id = 'pair'",
    )
    assert row == (None, "A source advises against one solution for these.")


def declared() -> dict[str, dict[str, Any]]:
    (source,) = yaml.safe_load(DECLARATION.read_text("utf-8"))["sources"]
    return {table["name"]: table for table in source["tables"]}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_described_as_a_mart_is(table: str) -> None:
    node = declared()[table]
    assert re.match(r"(What|Where|Who|Which|How|Is)\b[^.]*\? One row per ", node["description"])
    trace = node["config"]["meta"]["trace"]
    names = [column["name"] for column in node["columns"]]
    assert set(trace["key"]) <= set(names)
    assert trace["behind"]
    for column in node["columns"]:
        assert column["config"]["meta"]["label_da"], column
        assert len(column["description"]) > 12, column


def test_a_name_means_the_same_in_all_published_tables() -> None:
    """Names that several tables share, these or the models of dbt, are described by the same doc block."""
    models = PROJECT_ROOT / "dbt_project" / "models"
    tables = list(declared().values())
    for path in [*models.glob("core/*.yml"), *models.glob("marts/*.yml")]:
        tables += yaml.safe_load(path.read_text("utf-8")).get("models", [])
    texts: dict[str, list[str]] = {}
    for node in tables:
        for column in node.get("columns", []):
            texts.setdefault(column["name"], []).append(column["description"])
    ours = {column["name"] for node in declared().values() for column in node["columns"]} - {
        "candidate_id",
        "candidate_name",
    }
    assert [
        n
        for n in sorted(ours)
        if len(texts[n]) > 1 and not all(t.startswith(f'{{{{ doc("{n}") }}}}') for t in texts[n])
    ] == []


def test_releases_know_their_descriptions_and_keys() -> None:
    source = {"name": "mart_x", "schema": "marts", "resource_type": "source", "description": "Is it?",
              "columns": {"a": {"description": "An a."}}, "config": {"meta": {"trace": {"key": ["a"]}}}}  # fmt: skip
    other = source | {"name": "raw_x", "schema": "portfolio_inputs"}
    manifest = {"nodes": {}, "sources": {"s": source, "o": other}}
    assert model_descriptions(manifest) == {"mart_x": ("Is it?", {"a": "An a."})}
    assert trace_keys(manifest) == {"mart_x": {"key": ["a"]}}
