"""The command `portfolio case`: a business case of a release, and what it would be with other assumptions."""

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.command_options import instance_option
from pipelines.errors import ConfigurationError, PortfolioError

if TYPE_CHECKING:  # what a command needs is imported when it is called
    import duckdb

    from pipelines.cases.assumptions import Assumptions
    from pipelines.cases.candidates import Candidate
    from pipelines.instance import Instance
    from pipelines.trace.released import Released


@click.command()
@click.argument("candidate")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another value of an assumption; may be repeated."
)
@click.option("--release", "release_id", help="The release to look in (default: the current one).")
@instance_option
@click.pass_obj
def case(root: Path | None, candidate: str, changes: tuple[str, ...], release_id: str | None) -> None:
    """Print the business case of CANDIDATE: its id, rank or name in mart_shared_solution_candidate.

    Without --set the figures are those of mart_business_case. Nothing is written.

    Exit codes: 0 printed, 1 no such candidate or release, 2 faulty use.
    """
    from pipelines.cases.case import Case
    from pipelines.cases.terminal import print_case
    from pipelines.instance import Instance
    from pipelines.trace.released import Released

    instance = Instance.load(root)
    released = Released.open(instance, release_id)
    as_of = date.fromisoformat(released.manifest["inputs"]["as_of_date"])
    assumptions = _assumptions(instance, released, as_of)
    chosen = _candidate(released.connection, candidate)
    base = Case.of(chosen, assumptions, as_of)
    values = _values(changes)
    changed = Case.of(chosen, assumptions.with_values(values), as_of) if values else None
    print_case(released.folder.name, int(released.manifest["price_year"]), base, changed, values)


def _assumptions(instance: "Instance", released: "Released", as_of: date) -> "Assumptions":
    """The assumptions that the release was made with, not today's."""
    from pipelines.cases.assumptions import FILE_NAME, load_assumptions
    from pipelines.transform.configured import archived_configuration

    with tempfile.TemporaryDirectory(prefix="portfolio-case-") as work:
        content_hash = released.manifest["inputs"]["configuration_hash"]
        configuration = archived_configuration(instance, content_hash, Path(work) / "configuration")
        found = load_assumptions(configuration.instance.reference / FILE_NAME, as_of)
    if found is None:
        raise PortfolioError(
            f"Release {released.folder.name} was made without reference/{FILE_NAME}: expected assumptions, found none. "
            "Add the file (docs/cases.md) and run `portfolio refresh`."
        )
    return found


def _candidate(connection: "duckdb.DuckDBPyConnection", wanted: str) -> "Candidate":
    """The candidate with this id, rank or name. Raises PortfolioError naming some that there are."""
    from pipelines.cases.candidates import CANDIDATES, MEMBERS, read_candidates

    tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if MEMBERS not in tables:
        raise PortfolioError(
            f"This release has no table {MEMBERS}: it is from before business cases. Run `portfolio refresh`."
        )
    rows = connection.execute(
        f"select candidate_id, candidate_rank, candidate_name from {CANDIDATES} order by candidate_rank"
    ).fetchall()
    fits = [
        i for i, rank, name in rows if wanted == i or wanted == str(rank) or wanted.casefold() == str(name).casefold()
    ]
    if len(fits) != 1:
        some = ", ".join(f"{rank} ({name})" for _, rank, name in rows[:5]) or "none"
        raise PortfolioError(
            f"Candidate {wanted!r}: expected the id, rank or name of one candidate, found {len(fits)}. "
            f"The first by rank: {some}. Choose one."
        )
    return next(c for c in read_candidates(connection, CANDIDATES, MEMBERS) if c.candidate_id == fits[0])


def _values(changes: Sequence[str]) -> dict[str, float]:
    """`name=value` words as numbers. Raises ConfigurationError."""
    found = {}
    for word in changes:
        name, _, text = word.partition("=")
        try:
            found[name.strip()] = float(text)
        except ValueError as error:
            raise ConfigurationError(
                f"--set {word!r}: expected name=number, such as horizon_years=10, found {text!r}. Correct it."
            ) from error
    return found
