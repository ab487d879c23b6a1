"""The tasks that the sample moves on 1 January 2026: every figure by the organisation then and now, with equal sums."""

import csv
import json
from collections import Counter
from decimal import Decimal

import duckdb
import pytest

from pipelines.instance import PROJECT_ROOT, Instance

LAST_INVENTORY_BEFORE = "2025-12-31"


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(released_sample.releases / "current" / "marts.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def receivers() -> dict[tuple[str, str], str]:
    """Who received the task of each planted system, by administration then and system key."""
    planted = json.loads((PROJECT_ROOT / "tests" / "truth" / "planted.json").read_text("utf-8"))
    return {
        (system["administration_code"], system["system_key"]): transfer["to"]
        for transfer in planted["transfers"]
        for system in transfer["systems"]
    }


def test_responsibility_is_what_the_reference_data_say(marts: duckdb.DuckDBPyConnection) -> None:
    with (PROJECT_ROOT / "data" / "reference" / "task_transfer.csv").open(encoding="utf-8") as file:
        expected = {
            (r["from_administration_code"], r["capability_code"], r["to_administration_code"])
            for r in csv.DictReader(file)
        }
    found = marts.execute(
        "select administration_code, capability_code, responsible_administration_code, is_current, valid_to_date is null "
        "from dim_responsibility"
    ).fetchall()
    assert {row[:3] for row in found if row[3] and row[4]} == expected
    assert {(code, task, code) for code, task, _ in expected} == {row[:3] for row in found if not row[3]}


def test_systems_listed_before_the_transfer_stand_with_their_receiver_now(
    marts: duckdb.DuckDBPyConnection, receivers: dict[tuple[str, str], str]
) -> None:
    found = marts.execute(
        "select administration_code, system_key, current_administration_code, current_administration_source, capability_codes "
        f"from fct_system_listing where listing_date = date '{LAST_INVENTORY_BEFORE}'"
    ).fetchall()
    then, now = Counter(row[0] for row in found), Counter(row[2] for row in found)
    assert then.total() == now.total() > 500
    assert then != now
    moved = {(code, key): receiver for code, key, receiver, source, _ in found if source == "transfer"}
    planted = {(code, key): (source, tasks) for code, key, _, source, tasks in found if (code, key) in receivers}
    assert {key: receivers[key] for key in planted if key in moved} == {
        key: moved[key] for key in planted if key in moved
    }
    stayed = {key: reason for key, reason in planted.items() if key not in moved}
    assert len(planted) == len(receivers)
    assert len(planted) - len(stayed) >= 6
    assert all(source == ("several" if tasks else "no_task") for source, tasks in stayed.values())


def test_last_years_ledger_is_shown_by_both_organisations(marts: duckdb.DuckDBPyConnection) -> None:
    """Lines at systems that have left the inventory with their task are found by their key."""
    joined = (
        "from fct_posting p left join fct_system_listing l on p.administration_code = l.administration_code "
        "and p.system_key = l.system_key and l.is_newest_listing group by 1"
    )
    then = dict(marts.execute(f"select p.administration_code, sum(posting_amount) {joined}").fetchall())
    now = dict(
        marts.execute(
            f"select coalesce(l.current_administration_code, p.administration_code), sum(posting_amount) {joined}"
        ).fetchall()
    )
    assert sum(then.values()) == sum(now.values())
    moved = Decimal("255160.79")  # tmf's lines at its two systems for 15.07, TM0959 and TM0960: 176,141.54 + 79,019.25
    assert {code: now[code] - then[code] for code in then if now[code] != then[code]} == {"tmf": -moved, "kff": moved}


@pytest.mark.parametrize("table", ["dim_system", "mart_it_landscape", "fct_investment", "mart_investment_overview"])
def test_no_row_is_lost_or_doubled_by_the_change_of_view(marts: duckdb.DuckDBPyConnection, table: str) -> None:
    known = {code for (code,) in marts.execute("select administration_code from dim_administration").fetchall()}
    found = marts.execute(
        f"select administration_code, current_administration_code, current_administration_source from {table}"
    ).fetchall()
    assert found
    assert {row[1] for row in found} <= known
    assert all((row[0] != row[1]) == (row[2] == "transfer") for row in found)


def test_a_unit_keeps_its_id_when_its_name_changes(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select organisation_unit_id, unit_name, is_current from dim_organisation_unit where administration_code = 'tmf' "
        "and unit_code = '7004' order by valid_from_date"
    ).fetchall()
    assert [row[1:] for row in found] == [("Miljø og Affald", False), ("Klima og Affald", True)]
    assert found[0][0] == found[1][0]
    owned = "select count(*) from dim_system where owner_unit_id = ?"
    assert marts.execute(owned, [found[0][0]]).fetchone() != (0,)
