"""How a refresh behaves when something is wrong, when nothing changed, and when somebody else starts it."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.lock import refresh_lock
from pipelines.release.whole import open_whole
from tests.conftest import copy_of_sample
from tests.personal import leaks

Run = Callable[..., subprocess.CompletedProcess[str]]


def manifest(instance: Instance) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((instance.releases / "current" / "release.json").read_text("utf-8"))
    return content


def checksums(instance: Instance) -> dict[str, Any]:
    content: dict[str, Any] = manifest(instance)["tables"]
    return content


def test_the_first_refresh_ends_by_saying_what_came_out(released_sample: Instance, portfolio: Run) -> None:
    done = portfolio(released_sample.root, "status")
    assert done.returncode == 0
    assert manifest(released_sample)["release_id"] in done.stdout
    release = released_sample.releases / "current"
    assert (release / "marts.duckdb").exists()
    assert {p.stem for p in (release / "parquet").iterdir()} >= {"mart_it_landscape", "fct_posting", "release"}
    assert manifest(released_sample)["audit"]["passed"] is True
    assert not list(released_sample.releases.rglob("*.wal"))


@pytest.mark.slow
def test_twice_changes_nothing(sample_copy: Instance, portfolio: Run) -> None:
    before = manifest(sample_copy)["release_id"]
    done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified unchanged" in done.stdout
    assert manifest(sample_copy)["release_id"] == before
    forced = portfolio(sample_copy.root, "refresh", "--force")
    assert forced.returncode == 0, forced.stdout + forced.stderr
    assert manifest(sample_copy)["release_id"] != before
    assert {n: t for n, t in checksums(sample_copy).items() if n != "release"} == checksums_of(sample_copy, before)


def checksums_of(instance: Instance, release_id: str) -> dict[str, Any]:
    content = json.loads((instance.releases / release_id / "release.json").read_text("utf-8"))
    return {n: t for n, t in content["tables"].items() if n != "release"}


def test_nothing_that_a_run_makes_names_the_people_in_the_files(released_sample: Instance) -> None:
    assert leaks(released_sample.root) == []


def test_a_build_that_fails_its_audit_leaves_current_untouched(sample_copy: Instance, portfolio: Run) -> None:
    before = manifest(sample_copy)["release_id"]
    path = sample_copy.reference / "administration.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    for row in rows:  # a second validity from the same day: the key of dim_administration is no longer unique
        if row["administration_code"] == "tmf":
            rows.append(dict(row))
            break
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "did not pass its audit" in done.stderr
    assert "dim_administration" in done.stderr
    assert manifest(sample_copy)["release_id"] == before
    assert (sample_copy.releases / "current").resolve().name == before


@pytest.mark.slow
def test_a_critical_expectation_stops_the_release(sample_copy: Instance, portfolio: Run) -> None:
    before = manifest(sample_copy)["release_id"]
    limits = {"minimum_fiscal_year": 2026}
    (sample_copy.reference / "limits.yml").write_text(yaml.safe_dump(limits), "utf-8")
    done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "fiscal year" in done.stderr.lower()
    assert manifest(sample_copy)["release_id"] == before


def test_a_faulty_configuration_exits_2_and_runs_nothing(tmp_path: Path, portfolio: Run) -> None:
    instance = copy_of_sample(tmp_path / "data")
    path = instance.contracts / "tmf" / "systems.odcs.yaml"
    path.write_text(path.read_text("utf-8").replace("snapshot", "nightly"), "utf-8")
    done = portfolio(instance.root, "refresh")
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert "nightly" in done.stderr
    assert not instance.archive.exists()


def test_an_instance_that_is_not_there_exits_2(tmp_path: Path, portfolio: Run) -> None:
    done = portfolio(tmp_path, "refresh")
    assert done.returncode == 2
    assert "instance.yml" in done.stderr


def test_only_one_refresh_at_a_time(sample_copy: Instance, portfolio: Run) -> None:
    with refresh_lock(sample_copy):
        done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 1
    assert str(os.getpid()) in done.stderr


@pytest.mark.slow
def test_dagsters_own_command_gives_the_same_release(sample_copy: Instance) -> None:
    """What the UI launches is this job, loaded from workspace.yaml's module, and not the command's own code."""
    before = manifest(sample_copy)["release_id"]
    environment = os.environ | {
        "PORTFOLIO_INSTANCE": str(sample_copy.root),
        "DAGSTER_HOME": str(sample_copy.dagster_home),
        "PATH": "/usr/bin:/bin",
    }
    config = yaml.safe_dump({"ops": {"archive": {"config": {"force": True}}}})
    (sample_copy.root / "run.yaml").write_text(config, "utf-8")
    command = [
        sys.executable,
        "-m",
        "dagster",
        "job",
        "execute",
        "-m",
        "pipelines.definitions",
        "-j",
        "nightly_refresh",
    ]
    done = subprocess.run(
        [*command, "-c", str(sample_copy.root / "run.yaml")],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert manifest(sample_copy)["release_id"] != before
    assert {n: t for n, t in checksums(sample_copy).items() if n != "release"} == checksums_of(sample_copy, before)


@pytest.mark.slow
def test_an_earlier_day_sees_only_what_had_arrived(sample_copy: Instance, portfolio: Run) -> None:
    before = manifest(sample_copy)["release_id"]
    done = portfolio(sample_copy.root, "refresh", "--as-of", "2026-07-31")
    assert done.returncode == 0, done.stdout + done.stderr
    assert manifest(sample_copy)["release_id"] == before  # readers stay with today
    (release,) = [p for p in sample_copy.releases.glob("2*") if p.name != before]
    connection = open_whole(release)
    newest = connection.execute("select max(received_at) from fct_delivery").fetchone()
    assert newest is not None
    assert str(newest[0]) < "2026-08-01"
    assert connection.execute("select as_of_date from release").fetchone() == (date(2026, 7, 31),)


@pytest.mark.slow
def test_a_withdrawn_delivery_stops_counting(sample_copy: Instance, portfolio: Run) -> None:
    connection = open_whole(sample_copy.releases / "current")
    delivery, rows = connection.execute(
        "select delivery_id, accepted_row_count from fct_delivery where file_name like 'ledger_2026-10%'"
    ).fetchone()
    (before,) = connection.execute("select count(*) from fct_posting").fetchone()
    connection.close()
    done = portfolio(sample_copy.root, "withdraw", delivery, "--reason", "wrong month")
    assert done.returncode == 0, done.stderr
    assert portfolio(sample_copy.root, "refresh").returncode == 0
    connection = open_whole(sample_copy.releases / "current")
    assert connection.execute("select count(*) from fct_posting").fetchone() == (before - rows,)
    connection.close()
    a_rollback_holds_until_something_changes(sample_copy, portfolio)


def a_rollback_holds_until_something_changes(instance: Instance, portfolio: Run) -> None:
    newest, oldest = sorted((p.name for p in instance.releases.glob("2*")), reverse=True)
    compared = portfolio(instance.root, "diff", oldest, newest, "--table", "fct_posting", "--exit-code")
    assert compared.returncode == 4, compared.stdout + compared.stderr
    assert "fct_posting" in compared.stdout
    back = portfolio(instance.root, "rollback", oldest, "--by", "kontoret", "--why", "wrong month after all")
    assert back.returncode == 0, back.stderr
    held = portfolio(instance.root, "refresh")
    assert held.returncode == 0, held.stdout + held.stderr
    assert f"Readers stay at {oldest}" in held.stdout
    assert manifest(instance)["release_id"] == oldest
    assert portfolio(instance.root, "resume").returncode == 0
    again = portfolio(instance.root, "refresh")
    assert again.returncode == 0, again.stdout + again.stderr
    assert manifest(instance)["release_id"] not in (oldest, newest)
    assert "0 of 1 tables differ" in portfolio(instance.root, "diff", newest, "--table", "fct_posting").stdout


def test_figures_are_not_cut_on_a_narrow_terminal(sample_copy: Instance) -> None:
    environment = os.environ | {"COLUMNS": "60", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "pipelines.cli", "refresh", "--instance", str(sample_copy.root)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "50,000" in done.stdout
    assert "…" not in done.stdout
