"""The tasks that the sample moves on 1 January 2026: every figure by the organisation then and now, with equal sums."""

import csv
import json
import os
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.catalogue import reference_tables
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.whole import open_whole
from pipelines.transform.build import Build
from pipelines.transform.dbt import DBT_EXECUTABLE, DBT_PROJECT, dbt_environment
from pipelines.transform.reference import write_reference

LAST_INVENTORY_BEFORE = "2025-12-31"


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(released_sample.releases / "current")


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


@pytest.mark.parametrize(
    "table",
    [
        "dim_system",
        "mart_it_landscape",
        "fct_investment",
        "mart_investment_overview",
        "mart_investment_committee_table",
    ],
)
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


FAULTS = {
    "administration": [  # a day of kff's that is no one's, and a day of sof's that is two names'
        (
            "kff,Kultur- og Fritidsforvaltningen,Culture and Leisure Administration,2006-01-01,2025-12-31",
            "2025-12-31",
            "2025-12-30",
        ),
        (
            "sof,Social- og Ungeforvaltningen,Social Services and Youth Administration,2026-01-01",
            "2026-01-01",
            "2025-12-31",
        ),
    ],
    "organisation_unit": [("tmf,7004,Miljø og Affald,,2006-01-01,2025-12-31", "2025-12-31", "")],
    "task_transfer": [  # to itself, to nobody, and before there was anyone to give it
        ("2026-01-01,okf,kff,11.06", "kff", "okf"),
        ("2026-01-01,okf,bif,14.04", "bif", "xyz"),
        ("2026-01-01,buf,sof,13.05", "2026-01-01", "1999-01-01"),
    ],
}


def test_a_fault_in_the_dated_reference_data_is_found(sample_copy: Instance, tmp_path: Path) -> None:
    manifest = json.loads((sample_copy.releases / "current" / "release.json").read_text("utf-8"))
    build = Build(sample_copy.build / manifest["build_id"])
    for table, faults in FAULTS.items():
        path = sample_copy.reference / f"{table}.csv"
        text = path.read_text("utf-8")
        for line, right, wrong in faults:
            assert line in text
            text = text.replace(line, line.replace(right, wrong))
        path.write_text(text, "utf-8")
        shutil.rmtree(build.source(f"reference_{table}"))
        write_reference(sample_copy, table, reference_tables()[table].columns, build.source(f"reference_{table}"))
    done = subprocess.run(
        [str(DBT_EXECUTABLE), "test", "--select", "administration_has_no_gap_or_overlap", "organisation_unit_has_no_gap_or_overlap",
         "transfers_are_between_known_administrations", "--project-dir", str(DBT_PROJECT), "--target-path", str(tmp_path / "target"),
         "--log-path", str(tmp_path), "--vars", '{"as_of_date": "2026-11-22", "price_year": 2026, "currency": "DKK"}'],
        env=os.environ | dbt_environment(build), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout[-2000:]
    for expected in (
        "FAIL 2 administration_has_no_gap_or_overlap",
        "FAIL 1 organisation_unit_has_no_gap_or_overlap",
        "FAIL 3 transfers_are_between_known_administrations",
    ):
        assert expected in done.stdout
