"""The real public extracts, ingested by contracts alone: the release's totals are the files' own, to the cent."""

import csv
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.instance import Instance
from pipelines.release.whole import open_whole
from tests.real.land import land
from tests.report.walking import links_that_resolve

pytestmark = pytest.mark.real
Run = Callable[..., subprocess.CompletedProcess[str]]


def released(name: str, real_files: Path, folder: Path, portfolio: Run) -> Instance:
    instance = land(name, real_files, folder)
    done = portfolio(instance.root, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    return instance


@pytest.fixture(scope="module")
def canada(real_files: Path, tmp_path_factory: pytest.TempPathFactory, portfolio: Run) -> Instance:
    return released("canada", real_files, tmp_path_factory.mktemp("real"), portfolio)


@pytest.fixture(scope="module")
def gcloud(real_files: Path, tmp_path_factory: pytest.TempPathFactory, portfolio: Run) -> Instance:
    return released("gcloud", real_files, tmp_path_factory.mktemp("real"), portfolio)


def marts(instance: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(instance.releases / "current")


def read_csv(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def test_canada_has_every_service_as_a_system(canada: Instance, real_files: Path) -> None:
    expected = read_csv(real_files / "canada" / "si_2024.csv")
    rows, administrations = (
        marts(canada).execute("select count(*), count(distinct administration_code) from dim_system").fetchone()
    )
    assert (rows, administrations) == (len(expected), len({r["owner_org"] for r in expected})) == (1752, 79)


def test_canada_spending_equals_the_file_by_measure(canada: Instance, real_files: Path) -> None:
    expected = read_csv(real_files / "canada" / "rbpo.csv")
    found = dict(
        (measure, (lines, unknown, amount))
        for measure, lines, unknown, amount in marts(canada)
        .execute(
            "select measure_code, count(*), count(*) filter (budget_amount is null), sum(budget_amount) from fct_budget group by 1"
        )
        .fetchall()
    )
    assert len(expected) == 8405
    for measure, column in (("adopted", "planned_spending_1"), ("actual", "actual_spending")):
        unknown = sum(not row[column] for row in expected)
        assert found[measure] == (len(expected), unknown, total(expected, column))
    assert found["actual"][1] == 110


def test_canada_overview_equals_published_figures_by_organisation_and_year(canada: Instance, real_files: Path) -> None:
    expected: dict[tuple[str, int], list[Decimal]] = {}
    for row in read_csv(real_files / "canada" / "rbpo.csv"):
        key = (row["organization_id"], int(row["fy_ef"][:4]))
        sums = expected.setdefault(key, [Decimal(0), Decimal(0)])
        sums[0] += Decimal(row["planned_spending_1"] or 0)
        sums[1] += Decimal(row["actual_spending"] or 0)
    found = {
        (code, year): [adopted or Decimal(0), actual or Decimal(0)]
        for code, year, adopted, actual in marts(canada)
        .execute(
            "select administration_code, fiscal_year, sum(adopted_amount), sum(actual_amount) from mart_investment_overview "
            "where is_latest_version group by 1, 2"
        )
        .fetchall()
    }
    assert found == expected


def test_canada_overview_leaves_unknown_what_was_published_as_unknown(canada: Instance, real_files: Path) -> None:
    """Of the lines of the overview, those are without an actual of which the file gives none, or not in every row."""
    published: dict[tuple[str, int, str], list[str]] = {}
    for row in read_csv(real_files / "canada" / "rbpo.csv"):
        line = (row["organization_id"], int(row["fy_ef"][:4]), f"{row['core_responsibility']}/{row['program_id']}")
        published.setdefault(line, []).append(row["actual_spending"])
    unknown = {line for line, actuals in published.items() if not all(actuals)}
    found = marts(canada).execute(
        "select administration_code, fiscal_year, line_key from mart_investment_overview "
        "where is_latest_version and actual_amount is null"
    )
    assert set(found.fetchall()) == unknown
    assert len(unknown) > 50
    zero = "select count(*) from mart_investment_overview where actual_amount is null and remaining_amount is not null"
    assert marts(canada).execute(zero).fetchone() == (0,)


def test_canada_programmes_tie_services_to_spending(canada: Instance) -> None:
    """1,725 services name a programme that has spending; for 1,673 it is a programme of their own organisation."""
    tied = marts(canada).execute(
        "select count(distinct c.system_id), count(distinct c.system_id) filter (c.administration_code = b.administration_code) "
        "from fct_system_capability c join fct_budget b using (capability_code)"
    )
    assert tied.fetchone() == (1725, 1673)


def test_gcloud_purchases_equal_the_file(gcloud: Instance, real_files: Path) -> None:
    text = (real_files / "gcloud" / "gcloud_2013-12-13.csv").read_bytes().decode("windows-1252").replace("\r", "\n")
    expected = list(csv.DictReader(text.splitlines()))
    rows, amount, bodies = (
        marts(gcloud)
        .execute("select count(*), sum(posting_amount), count(distinct administration_code) from fct_posting")
        .fetchone()
    )
    assert rows == len(expected) == 4699
    assert amount == total(expected, "Total_Charge") == Decimal("77788989.55")
    assert bodies == len({r["Customer"] for r in expected})


@pytest.mark.parametrize(("name", "currency"), [("canada", "CAD"), ("gcloud", "GBP")])
def test_release_names_its_currency_and_passes_though_datasets_lack(
    name: str, currency: str, request: pytest.FixtureRequest
) -> None:
    connection = marts(request.getfixturevalue(name))
    assert connection.execute("select currency from release").fetchone() == (currency,)
    assert connection.execute("select count(*) from fct_investment").fetchone() == (0,)


def test_the_report_holds_for_seventy_nine_organisations_and_no_costs(canada: Instance) -> None:
    """Every link resolves, the overview counts what there is, and what nobody delivered is said to be unknown."""
    folder = (canada.releases / "current").resolve()
    assert links_that_resolve(folder) > 10_000
    overview = (folder / "report" / "index.html").read_text("utf-8")
    with marts(canada) as tables:
        systems = tables.execute("select count(*) from mart_it_landscape where is_owner and is_in_use").fetchone()
        organisations = tables.execute("select count(distinct administration_code) from mart_sign_off").fetchone()
    assert systems is not None
    assert organisations is not None
    assert f'<data value="{systems[0]}">' in overview
    assert len(list((folder / "report" / "quality").glob("*.html"))) >= organisations[0]
    assert "mio. CAD" in overview
    assert "ukendt" in overview
