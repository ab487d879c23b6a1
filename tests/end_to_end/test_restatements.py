"""Budgets and plans as each delivery stated them: what a newer snapshot replaced or left out is still there."""

import pytest

from pipelines.instance import Instance
from pipelines.release.whole import open_whole


@pytest.mark.parametrize(
    ("fact", "amount", "key"),
    [
        ("budget", "budget_amount", "budget_line_key, fiscal_year, version_code, measure_code"),
        ("investment", "investment_amount", "project_code, fiscal_year, version_code, line_code, steering_area_code"),
    ],
)
def test_every_statement_is_kept_and_those_in_force_are_the_fact(
    released_sample: Instance, fact: str, amount: str, key: str
) -> None:
    with open_whole(released_sample.releases / "current") as marts:
        in_force = marts.execute(
            f"select delivery_id, administration_code, {key}, "
            f"case when count(*) = count({amount}) then sum({amount}) end from fct_{fact} group by all order by all"
        ).fetchall()
        stated = marts.execute(
            f"select delivery_id, administration_code, {key}, {amount} from fct_{fact}_history where is_in_force order by all"
        ).fetchall()
        replaced = marts.execute(
            f"select count(*), count(distinct version_code), count(*) - count({amount}) from fct_{fact}_history where not is_in_force"
        ).fetchone()
    assert stated == in_force
    assert len(stated) > 1000
    assert replaced is not None
    assert replaced[0] > 500
    assert replaced[2] > 0  # unknown then, and still unknown, not 0
