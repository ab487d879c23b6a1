"""`portfolio case`: the figures of a release, what they would be with other assumptions, and what is said when it cannot."""

import json

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from pipelines.cases.run import write_cases
from pipelines.cases.terminal import VIEWS, _text
from pipelines.cli import portfolio
from pipelines.configuration import Configuration
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.ingest.archive import Archive
from pipelines.instance import Instance
from pipelines.release.whole import open_whole
from tests.cases import AS_OF, written
from tests.unit.test_case_tables import MEMBERS, RANGES, VALUES, warehouse
from tests.unit.test_contracts import EXAMPLE

SETTINGS = "name: Town\ncurrency: DKK\nprice_year: 2026\nadministrations: open\n"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """An instance with one release, of hand-made candidates and cases."""
    tmp_path = tmp_path_factory.mktemp("case")
    root = tmp_path / "town"
    (root / "reference").mkdir(parents=True)
    (root / "contracts" / "tmf").mkdir(parents=True)
    (root / "contracts" / "tmf" / "postings.odcs.yaml").write_text(EXAMPLE, "utf-8")
    (root / "instance.yml").write_text(SETTINGS, "utf-8")
    (root / "reference" / "assumptions.yml").write_text(yaml.safe_dump(written(VALUES, RANGES)), "utf-8")
    found = Instance.load(root)
    configuration = Configuration.load(found)
    Archive(found.archive).keep_configuration(root, configuration.files, configuration.content_hash)
    build = warehouse(tmp_path / "build.duckdb", MEMBERS)
    write_cases(build, found.reference, AS_OF, 2026, tmp_path / "cases.json")
    release = found.releases / "20261122T000000Z-1"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "marts.duckdb")) as connection:
        connection.execute(f"attach '{build}' as build (read_only)")
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'build'"
        ).fetchall():
            connection.execute(f"create table {name} as select * from build.{schema}.{name}")
        connection.execute("alter table mart_shared_solution_candidate add column candidate_rank bigint")
        connection.execute(
            "update mart_shared_solution_candidate set candidate_rank = case candidate_id when 'seven' then 1 when 'pair' then 2 else 3 end"
        )
    inputs = {"as_of_date": AS_OF.isoformat(), "configuration_hash": configuration.content_hash}
    (release / "release.json").write_text(json.dumps({"inputs": inputs, "price_year": 2026}), "utf-8")
    (found.releases / "current").symlink_to(release.name)
    return found


def run(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(portfolio, ["--instance", str(instance.root), "case", *arguments])


def figure(output: str, label: str) -> list[str]:
    """The cells behind a label."""
    (line,) = [row for row in output.splitlines() if row.strip().startswith(label)]
    return line.strip().removeprefix(label).split()


PRINTED = {name: label for view in VIEWS.values() for name, label in view.items() if not label.startswith("...")}


@pytest.mark.parametrize("wanted", ["seven", "1", "the SEVEN"])
def test_figures_are_those_of_the_mart(instance: Instance, wanted: str) -> None:
    done = run(instance, wanted)
    assert done.exit_code == 0, done.output
    with open_whole(instance.releases / "current") as connection:
        row = connection.execute(
            f"select {', '.join(PRINTED)} from mart_business_case where candidate_id = 'seven'"
        ).fetchone()
    assert row is not None
    for label, value in zip(PRINTED.values(), row, strict=True):
        lines = [line for line in done.output.splitlines() if line.strip().startswith(label)]
        if value is None:
            assert lines == []
        else:
            assert [line.rstrip().rsplit("  ", 1)[-1] for line in lines] == [_text(value)]


def test_what_is_set_stands_beside_the_case_and_changes_nothing_that_lasts(instance: Instance) -> None:
    plain = run(instance, "seven").output
    done = run(instance, "seven", "--set", "analysis_amount=1100000", "--set", "horizon_years=10")
    assert "set analysis_amount = 1,100,000 (the release: 100,000)" in done.output
    before, after = figure(done.output, "Investment")
    assert before == figure(plain, "Investment")[0]
    dearer = float(after.replace(",", "")) - float(before.replace(",", ""))
    assert dearer == 1_100_000  # a million, and the reserve of 10 per cent on it
    assert run(instance, "seven").output == plain


def test_a_case_without_figures_says_why(instance: Instance) -> None:
    assert "of none of its systems the yearly cost is known" in run(instance, "unknown").output


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["nobody"], PortfolioError, "expected the id, rank or name of one candidate, found 0. The first by rank: 1 \\(The seven\\)"),
        (["seven", "--set", "analysis_amount=much"], ConfigurationError, "expected name=number"),
        (["seven", "--set", "analysis=1"], ConfigurationError, "Assumption 'analysis': expected one of"),
        (["seven", "--set", "horizon_years=2.5"], ConfigurationError, "expected a whole number"),
        (["seven", "--release", "x"], PortfolioError, "the newest: 20261122T000000Z-1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(instance: Instance, arguments: list[str], kind: type[Exception], said: str) -> None:
    done = run(instance, *arguments)
    assert isinstance(done.exception, kind)
    with pytest.raises(kind, match=said):
        raise done.exception
