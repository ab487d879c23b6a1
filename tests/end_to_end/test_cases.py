"""Business cases of the released sample: one for each candidate that has systems, whose figures add up and are the command's."""

import subprocess
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from pipelines.cases.candidates import MEMBERS
from pipelines.instance import Instance
from pipelines.release.whole import open_whole

Portfolio = Callable[..., subprocess.CompletedProcess[str]]


def ask(instance: Instance, query: str) -> list[tuple[Any, ...]]:
    with open_whole(instance.releases / "current") as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def candidates(released_sample: Instance) -> list[str]:
    """The candidates whose systems the release names; none while no model does."""
    known = ask(released_sample, f"select 1 from duckdb_tables() where table_name = '{MEMBERS}'")
    query = f"select distinct candidate_id from {MEMBERS} order by 1"
    return [row[0] for row in ask(released_sample, query)] if known else []


def test_every_candidate_has_a_case_and_cash_flows_discount_to_it(
    released_sample: Instance, candidates: list[str]
) -> None:
    assert [
        row[0] for row in ask(released_sample, "select candidate_id from mart_business_case order by 1")
    ] == candidates
    assert ask(released_sample, """
        select c.candidate_id from mart_business_case c left join mart_business_case_cash_flow f using (candidate_id)
        where c.missing_case_code is null group by c.candidate_id, c.net_present_value_amount
        having abs(sum(f.cash_flow_amount * f.discount_factor_value) - c.net_present_value_amount) > 0.0051 or count(f.candidate_id) = 0
    """) == []  # fmt: skip


def test_old_cost_that_stops_is_never_more_than_the_candidate_costs(
    released_sample: Instance, candidates: list[str]
) -> None:
    """In no year does an administration avoid more than the yearly cost of its systems."""
    if candidates:
        assert ask(released_sample, f"""
            select f.candidate_id from mart_business_case_cash_flow f
            join (select candidate_id, administration_code, sum(yearly_cost_amount) as cost from {MEMBERS} group by all) m
                using (candidate_id, administration_code)
            where f.case_line_code = 'avoided_run' and f.cash_flow_amount > m.cost
        """) == []  # fmt: skip


def test_the_command_prints_the_figures_of_the_mart(
    released_sample: Instance, candidates: list[str], portfolio: Portfolio
) -> None:
    wanted = candidates[0] if candidates else "1"
    done = portfolio(released_sample.root, "case", wanted)
    if not candidates:
        assert done.returncode == 1
        assert "from before business cases" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    (row,) = ask(
        released_sample,
        "select net_present_value_amount, net_present_value_p50_amount from mart_business_case "
        f"where candidate_id = '{wanted}'",
    )
    shown = [
        line.split()[-1]
        for line in done.stdout.splitlines()
        if line.strip().startswith(("Net present value", "NPV, P50"))
    ]
    assert shown == ([f"{value:,}" for value in row] if row[0] is not None else [])


def test_descriptions_are_in_the_release(released_sample: Instance) -> None:
    found = "select table_name, column_name, comment from duckdb_columns() where table_name like 'mart_business_case%'"
    with duckdb.connect(str(released_sample.releases / "current" / "marts.duckdb"), read_only=True) as marts:
        columns = marts.execute(found).fetchall()
    assert [column for column in columns if column[2] is None] == []
    assert len({table for table, _, _ in columns}) == 5
