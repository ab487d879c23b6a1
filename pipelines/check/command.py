"""The command `portfolio check`: options, output and exit code. What a verdict is, verdict.py says."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.command_options import instance_option
from pipelines.configuration import Configuration
from pipelines.errors import ConfigurationError
from pipelines.files import write_atomically
from pipelines.instance import Instance

if TYPE_CHECKING:
    from pipelines.check.verdict import CheckVerdict

STDOUT = "-"


@click.command()
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--contract", "contract_id", help="The contract's id, when the file's name does not tell it.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the verdict as one page, to print."
)
@click.option(
    "--json", "json_target", type=click.Path(dir_okay=False, allow_dash=True), help="Write it as JSON; - for stdout."
)
@instance_option
@click.pass_obj
def check(
    root: Path | None, files: tuple[Path, ...], contract_id: str | None, html: Path | None, json_target: str | None
) -> None:
    """Say what the nightly run would say of FILE, before it is delivered. Nothing is delivered or stored.

    Where the contract delivers several files as one, name them all, or one of them: the others are found beside it.

    Exit codes: 0 nothing to correct; 1 the nightly run would refuse the file or reject rows of it; 2 the command was used
    wrongly, or the configuration is faulty.
    """
    json_file = Path(json_target) if json_target and json_target != STDOUT else None
    for target in (html, json_file):
        if target and target.resolve() in {file.resolve() for file in files}:
            raise click.UsageError(f"{target} is the file to check; write the verdict elsewhere.")
    verdict = _checked(root, files, contract_id)
    if html:
        from pipelines.check.page import verdict_page

        write_atomically(html, verdict_page(verdict))
    if json_file:
        write_atomically(json_file, verdict.model_dump_json(indent=2) + "\n")
    if json_target == STDOUT:
        click.echo(verdict.model_dump_json(indent=2))
    else:
        from pipelines.check.terminal import print_verdict

        print_verdict(verdict)
    sys.exit(verdict.exit_code)


def _checked(root: Path | None, files: tuple[Path, ...], contract_id: str | None) -> "CheckVerdict":
    """The verdict; what is wrong with the command or the configuration becomes an error of usage (exit code 2)."""
    from pipelines.check.files import WronglyUsed
    from pipelines.check.subject import contract_of
    from pipelines.check.verdict import check_files

    try:
        configuration = Configuration.load(Instance.load(root))
        contract = contract_of(configuration, files[0].name, contract_id)
        with tempfile.TemporaryDirectory(prefix="portfolio-check-") as work:
            return check_files(configuration, contract, files, datetime.now(UTC), Path(work))
    except WronglyUsed as error:
        raise click.UsageError(str(error)) from error
    except ConfigurationError as error:
        raise click.UsageError(f"Configuration: {error}") from error
