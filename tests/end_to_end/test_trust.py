"""How far the sample is to be trusted: rows to fix are those that were planted, quadrants follow the rules, figures are signed."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.whole import open_whole
from tests.end_to_end.test_truth import TRUTH, truth

NEWEST = """
    select distinct file_name from (
        select file_name, row_number() over (
            partition by p.administration_code, dataset_name order by business_date desc, received_at desc, delivery_id desc
        ) as place
        from fct_delivery_administration p join fct_delivery d using (delivery_id)
        where d.is_in_force and p.administration_code is not null
    ) where place = 1
"""


def open_marts(instance: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(instance.releases / "current")


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return open_marts(released_sample)


def rules(name: str) -> list[dict[str, str]]:
    with (PROJECT_ROOT / "data" / "reference" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_rejected_rows_to_fix_are_those_that_were_planted(marts: duckdb.DuckDBPyConnection) -> None:
    newest = {name for (name,) in marts.execute(NEWEST).fetchall()}
    told = [
        r for r in truth("bad_rows.csv") if r["rule_code"] != "unknown_administration"
    ]  # else it is nobody's to fix
    planted = {(r["file_name"], int(r["source_row_number"])) for r in told if r["file_name"] in newest}
    found = marts.execute(
        "select distinct file_name, source_row_number from mart_data_quality_row join fct_delivery using (delivery_id) "
        "where fault_code = 'rejected'"
    ).fetchall()
    assert set(found) == planted
    assert len(planted) > 20


def test_validity_is_what_was_planted(marts: duckdb.DuckDBPyConnection) -> None:
    contracts = json.loads((TRUTH / "totals.json").read_text("utf-8"))["contracts"]
    found = marts.execute(
        "select administration_code || '.' || dataset_name, source_row_count, accepted_row_count from mart_data_quality "
        "where delivery_count = 1"
    ).fetchall()
    own = {name: (rows, accepted) for name, rows, accepted in found if name in contracts}
    assert own == {name: (contracts[name]["rows"], contracts[name]["accepted"]) for name in own}
    assert len(own) > 15


def test_missing_cells_add_up_and_nothing_quotes_the_rows(marts: duckdb.DuckDBPyConnection) -> None:
    capped = marts.execute(
        "select max(fault_rank), bool_and(fault_row_count >= fault_rank), count(*) from mart_data_quality_row"
    ).fetchone()
    assert capped is not None
    assert capped[:2] == (20, True)
    snapshot = marts.execute(
        "select q.administration_code, any_value(q.wanted_cell_count - q.filled_cell_count), sum(distinct_faults.n) "
        "from mart_data_quality q join (select administration_code, dataset_name, field_name, any_value(fault_row_count) as n "
        "from mart_data_quality_row where fault_code = 'missing' group by all) distinct_faults using (administration_code, dataset_name) "
        "where dataset_name = 'systems' group by 1"
    ).fetchall()
    assert len(snapshot) == 7
    assert all(missing == listed for _, missing, listed in snapshot)


def axis(scores: dict[str, Decimal], name: str) -> tuple[bool | None, list[str]]:
    """Whether an axis is high by the sample's rules, and what was not assessed: the same rule once more, in Python."""
    weights = {
        r["dimension_code"]: Decimal(r["weight_value"])
        for r in rules("rationalisation_weight")
        if r["axis_code"] == name
    }
    (rule,) = (r for r in rules("rationalisation_threshold") if r["axis_code"] == name)
    known = {d: w for d, w in weights.items() if d in scores}
    missing = sorted(set(weights) - set(known))
    if 100 * sum(known.values()) < Decimal(rule["required_weight_pct"]) * sum(weights.values()):
        return None, missing
    mean = sum((w * scores[d] for d, w in known.items()), Decimal(0)) / sum(known.values())
    return round(mean, 4) >= Decimal(rule["high_from_value"]), missing


def test_quadrants_follow_the_newest_scores(marts: duckdb.DuckDBPyConnection) -> None:
    scores: dict[str, dict[str, Decimal]] = {}
    for system, dimension, score in marts.execute(
        "select system_id, dimension_code, score_value from fct_assessment where system_id is not null "
        "order by assessed_date, delivery_id, source_row_number"
    ).fetchall():
        scores.setdefault(system, {})[dimension] = score
    quadrants = {
        (True, True): "invest",
        (True, False): "migrate",
        (False, True): "tolerate",
        (False, False): "eliminate",
    }
    rows = marts.execute(
        "select system_id, quadrant_code, missing_dimension_codes, technical_state_score_value from mart_rationalisation"
    ).fetchall()
    seen = set()
    for system, quadrant, missing, technical in rows:
        mine = scores.get(system, {})
        value, value_missing = axis(mine, "business_value")
        fit, fit_missing = axis(mine, "technical_fit")
        expected: Any = "not_assessed" if value is None or fit is None else quadrants[value, fit]
        assert (quadrant, missing, technical) == (
            expected, "|".join(value_missing + fit_missing) or None, mine.get("technical_state"),
        )  # fmt: skip
        seen.add(quadrant)
    assert seen == {"invest", "migrate", "tolerate", "eliminate", "not_assessed"}


@pytest.mark.slow
def test_a_figure_is_signed_disputed_or_open(
    sample_copy: Instance, portfolio: Callable[..., CompletedProcess[str]]
) -> None:
    release = (sample_copy.releases / "current").resolve().name
    said = ("--by", "kontorchef", "--why", "Stemmer")
    for words in (("tmf", "systems_in_use", "--sign"), ("sof", "yearly_cost", "--dispute")):
        done = portfolio(sample_copy.root, "sign-off", *words, *said)
        assert done.returncode == 0, done.stderr
    path = sample_copy.decisions / "sign_off.csv"
    with path.open("a", encoding="utf-8") as file:  # of a value that the figure does not have any more
        file.write(f"suf,systems_in_use,{release},1.00,signed,kontorchef,2026-11-01,Talt op\n")
    done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    with open_marts(sample_copy) as after:
        found = after.execute(
            "select administration_code, figure_code, sign_off_state_code, decided_release_id, is_changed_since_decision "
            "from mart_sign_off where decided_release_id = ? order by 1",
            [release],
        ).fetchall()
        counted = after.execute(
            "select count(*) from mart_sign_off where last_decision_code is null and sign_off_state_code <> 'open'"
        )
        assert counted.fetchone() == (0,)
        assert after.execute("select count(*) from mart_release_change").fetchone() == (0,)
    assert found == [
        ("sof", "yearly_cost", "disputed", release, False),
        ("suf", "systems_in_use", "open", release, True),
        ("tmf", "systems_in_use", "signed_off", release, False),
    ]


def test_each_total_stands_beside_who_has_recognised_it(marts: duckdb.DuckDBPyConnection) -> None:
    """All rows that make up a figure show its state, and sum to it; the sample holds each state, and one that went out of date."""
    totals = {
        "it_spend": "select administration_code, fiscal_year, sum(spend_amount), min(sign_off_state_code), max(sign_off_state_code) "
        "from mart_it_spend where not is_eliminated group by all",
        "investment_adopted": "select administration_code, fiscal_year, sum(adopted_amount), min(sign_off_state_code), "
        "max(sign_off_state_code) from mart_investment_overview where line_kind = 'investment' group by all",
        "yearly_cost": "select administration_code, null, sum(yearly_cost_amount), min(sign_off_state_code), max(sign_off_state_code) "
        "from mart_it_landscape where is_owner and is_in_use group by all",
    }
    for kind, total in totals.items():
        differing = marts.execute(
            f"select figures.*, totals.* from dim_figure figures left join ({total}) totals(administration_code, fiscal_year, "
            "amount, lowest, highest) on figures.administration_code = totals.administration_code "
            "and figures.fiscal_year is not distinct from totals.fiscal_year where figures.figure_kind_code = ? "
            "and (figures.figure_value is distinct from totals.amount or lowest is distinct from figures.sign_off_state_code "
            "or highest is distinct from figures.sign_off_state_code)",
            [kind],
        ).fetchall()
        assert differing == []
    states = marts.execute(
        "select distinct sign_off_state_code, is_changed_since_decision from dim_figure where last_decision_code is not null"
    ).fetchall()
    assert set(states) == {("signed_off", False), ("disputed", False), ("open", True)}
