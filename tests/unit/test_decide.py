"""`portfolio decide`: list what is worth a look, fill it in, record it; nothing is recorded by halves."""

import csv
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import portfolio
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.instance import Instance
from pipelines.linkage.decisions import decisions_file, read_decisions

REVIEW = (
    ("product", "okf/1", "sof/3", "Ravn Sag", "Ravn Sagsbehandling"),
    ("product", "kff/2", "okf/1", "Ravn", "Ravn Sag"),
    ("supplier", "=Klintmose|", "Klintmose Data|13748136", "=Klintmose", "Klintmose Data"),
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """An instance with a release that has three pairs to look at."""
    (tmp_path / "instance.yml").write_text("name: Prøveby\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    found = Instance.load(tmp_path)
    (found.releases / "current").mkdir(parents=True)
    with duckdb.connect(str(found.releases / "current" / "marts.duckdb")) as connection:
        connection.execute(
            "create table mart_link_review (review_rank bigint, link_kind varchar, left_key varchar, right_key varchar, "
            "left_name varchar, right_name varchar, is_linked boolean, link_probability decimal(5,4), link_reason varchar, "
            "affected_amount decimal(18,2), affected_user_count bigint, review_score_value decimal(5,2))"
        )
        for rank, row in enumerate(REVIEW, start=1):
            values = [rank, *row, False, 0.5, "Names alike", 1000, 5, 50 - rank]
            connection.execute(f"insert into mart_link_review values ({', '.join('?' * len(values))})", values)
        connection.execute("create table dim_system (owner_administration_code varchar, system_key varchar)")
        connection.execute("insert into dim_system values ('okf', '1'), ('kff', '2'), ('sof', '3')")
    return found


def run(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(portfolio, ["--instance", str(instance.root), "decide", *arguments])


def test_one_pair_is_recorded_once_and_counts_from_the_next_refresh(instance: Instance) -> None:
    given = ("okf/1", "sof/3", "not-same", "--by", "NN", "--reason", "To moduler")
    done = run(instance, *given)
    assert done.exit_code == 0, done.output
    assert "1 recorded" in done.output
    (decision,) = read_decisions(instance)
    assert (decision.left, decision.right, decision.decision, decision.decided_by) == (
        "okf/1",
        "sof/3",
        "not_same",
        "NN",
    )
    assert "0 recorded" in run(instance, *given).output
    assert len(read_decisions(instance)) == 1


def test_a_list_is_exported_filled_in_and_recorded(instance: Instance, tmp_path: Path) -> None:
    sheet = tmp_path / "pairs.csv"
    assert run(instance, "--list", "--csv", str(sheet)).exit_code == 0
    rows = list(csv.DictReader(sheet.open(encoding="utf-8")))
    assert [(r["kind"], r["left"].removeprefix("'"), r["right"]) for r in rows] == [r[:3] for r in REVIEW]
    assert rows[2]["left"] == "'=Klintmose|"  # no formula in a spreadsheet, and itself again when it comes back
    rows[0] |= {"decision": "Same", "reason": "Samme kontrakt; nr. 7"}
    rows[2] |= {"decision": "not-same", "decided_by": "MM"}
    with sheet.open("w", encoding="utf-8", newline="") as file:  # as a Danish spreadsheet saves it
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    done = run(instance, "--file", str(sheet), "--by", "NN", "--reason", "Set efter")
    assert "2 recorded" in done.output, done.output
    first, second = read_decisions(instance)
    assert (first.decision, first.decided_by, first.reason) == ("same", "NN", "Samme kontrakt; nr. 7")
    assert (second.decision, second.decided_by, second.reason, second.kind) == (
        "not_same",
        "MM",
        "Set efter",
        "supplier",
    )
    assert "=Klintmose|" in second.pair
    listed = run(instance, "--list").output
    assert "kff/2" in listed
    assert "sof/3" not in listed
    assert "1 of 1 pairs" in listed


def test_a_faulty_answer_records_nothing_and_is_named(instance: Instance, tmp_path: Path) -> None:
    sheet = tmp_path / "pairs.csv"
    run(instance, "--list", "--csv", str(sheet))
    text = sheet.read_text("utf-8").replace("sof/3,,", "sof/3,same,", 1).replace("okf/1,,", "okf/1,perhaps,", 1)
    sheet.write_text(text, "utf-8")
    done = run(instance, "--file", str(sheet), "--by", "NN", "--reason", "x")
    assert isinstance(done.exception, ConfigurationError)
    assert "line 3" in str(done.exception)
    assert not decisions_file(instance).exists()


def test_what_the_release_does_not_have_is_said_and_recorded(instance: Instance) -> None:
    done = run(instance, "okf/1", "okf/gone", "same", "--by", "NN", "--reason", "x")
    assert "okf/gone is not in the current release" in done.output
    assert len(read_decisions(instance)) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("okf/1", "sof/3"), ("okf/1", "sof/3", "same", "--list"), ("--csv", "x.csv")]
)
def test_half_a_question_is_refused(instance: Instance, arguments: tuple[str, ...]) -> None:
    done = run(instance, *arguments)
    assert done.exit_code == 2
    assert "Expected one of" in done.output


def test_who_and_why_are_asked_for(instance: Instance) -> None:
    done = run(instance, "okf/1", "sof/3", "same")
    assert isinstance(done.exception, ConfigurationError)
    assert "decided_by" in str(done.exception)
    assert "reason" in str(done.exception)
    assert not decisions_file(instance).exists()


def test_without_a_release_there_is_nothing_to_list(tmp_path: Path) -> None:
    (tmp_path / "instance.yml").write_text("name: Prøveby\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    done = run(Instance.load(tmp_path), "--list")
    assert isinstance(done.exception, PortfolioError)
    assert "portfolio refresh" in str(done.exception)
