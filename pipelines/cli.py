"""The command `portfolio`. Thin: each command calls what does the work and turns the outcome into text and an exit code."""

import atexit
import gc
import sys
from datetime import datetime
from pathlib import Path

import click

from pipelines import contract_commands
from pipelines.case_command import case
from pipelines.check.command import check
from pipelines.command_options import instance_option
from pipelines.decision_commands import decide
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.publish_command import publish
from pipelines.release_commands import diff, pin, releases, resume, rollback, verify
from pipelines.sign_off_commands import sign_off
from pipelines.storage import storage_fault
from pipelines.trace.command import trace

EXIT_FAILED, EXIT_CONFIGURATION, EXIT_INCOMPLETE = 1, 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@instance_option
def portfolio() -> None:
    """The IT portfolio warehouse: what a municipality's administrations deliver becomes one released portfolio."""


@portfolio.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count only what had been delivered, and configured, by the end of this day.",
)
@click.option("--force", is_flag=True, help="Build and release even when nothing changed.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit 3 when a delivery is late, refused or not taken, although the release went out.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What runs the models. Spark needs `make setup-spark`; the release is the same.",
)
@instance_option
@click.pass_obj
def refresh(root: Path | None, as_of: datetime | None, force: bool, strict: bool, engine: str) -> None:
    """Run the nightly refresh now: land, archive, conform, link, transform, audit, release.

    Exit codes: 0 released or verified unchanged, 1 failed (the current release stays), 2 faulty configuration, 3 see --strict.
    """
    from pipelines.refresh import refresh as run
    from pipelines.summary import print_release

    instance = Instance.load(root)
    click.echo(f"Refreshing {instance.settings.name} ({instance.root})")
    outcome = run(instance, as_of.date() if as_of else None, force, engine)
    if not outcome.succeeded:
        raise PortfolioError(outcome.failure or "The refresh failed.")
    incomplete = print_release(instance, outcome.plan or {}, outcome.run_id)
    sys.exit(EXIT_INCOMPLETE if strict and incomplete else 0)


@portfolio.command()
@instance_option
@click.option("--deliveries", is_flag=True, help="List every delivery in the archive, newest first.")
@click.pass_obj
def status(root: Path | None, deliveries: bool) -> None:
    """Say what is current, how old it is, what is late and what was refused."""
    from pipelines.summary import print_deliveries, print_status

    instance = Instance.load(root)
    print_status(instance)
    if deliveries:
        print_deliveries(instance)


@portfolio.command()
@click.argument("delivery")
@click.option("--reason", required=True, help="Why it no longer counts.")
@click.option("--by", default="", help="Who says so.")
@instance_option
@click.pass_obj
def withdraw(root: Path | None, delivery: str, reason: str, by: str) -> None:
    """Withdraw a delivery: it no longer counts from the next refresh on. Its bytes stay in the archive."""
    from pipelines.ingest.archive import Archive

    Archive(Instance.load(root).archive).withdraw(delivery, reason, by)
    click.echo(f"{delivery} is withdrawn. It stops counting with the next `portfolio refresh`.")


@portfolio.command()
@click.argument("delivery")
@click.option("--reason", required=True, help="Why its bytes may not be kept. Name no person here.")
@click.option("--by", required=True, help="Role of who decides.")
@instance_option
@click.pass_obj
def forget(root: Path | None, delivery: str, reason: str, by: str) -> None:
    """Delete the archived bytes of a delivery and all rows parsed from them, for good. A tombstone stays in the journal.

    It no longer counts from the next refresh on, on any as-of day. Releases made of it stay, and are marked as no longer rebuildable.
    """
    from pipelines.ingest.forgetting import forget as forget_bytes
    from pipelines.lock import refresh_lock

    instance = Instance.load(root)
    with refresh_lock(instance):
        forgotten = forget_bytes(instance, delivery, reason, by)
    click.echo(forgotten.sentence)


@portfolio.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), help="Where to write the truth that only tests read.")
@click.option("--seed", default=101, show_default=True)
@click.option(
    "--scale", type=click.IntRange(min=1), help="Ledger lines: write whole instances below TARGET with about so many."
)
@click.option(
    "--municipalities", type=click.IntRange(1, 98), default=1, show_default=True, help="With --scale: so many."
)
def sample(target: Path, truth: Path | None, seed: int, scale: int | None, municipalities: int) -> None:
    """Write the sample's landing files anew into the instance folder TARGET. All figures are invented.

    With --scale TARGET becomes a folder of instances, each with contracts, reference data and its truth, to be refreshed one by one.
    """
    from pipelines.sample import write_sample

    if scale:
        from pipelines.sample.large import write_large_sample

        for folder in write_large_sample(PROJECT_ROOT / "data", target, scale, municipalities, seed):
            click.echo(f"Written: {folder}")
        return
    write_sample(target, truth=truth, seed=seed)
    click.echo(f"The sample is written to {target / 'landing'}.")


@portfolio.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@instance_option
@click.pass_obj
def ui(root: Path | None, port: int, host: str) -> None:
    """Start the Dagster webserver and daemon on this instance; stop both with Ctrl-C."""
    from pipelines.ui import serve

    sys.exit(serve(Instance.load(root), host, port))


for command in (
    contract_commands.contract, case, check, decide, publish, sign_off, trace, releases, rollback, resume, pin, diff, verify
):  # fmt: skip
    portfolio.add_command(command)


def main() -> None:
    """Entry point: errors that are meant for people are shown as such, with their exit code."""
    atexit.register(
        gc.freeze
    )  # or Python, ending, looks once more through all objects for circles: a second after a night
    try:
        portfolio.main(standalone_mode=False)
    except ConfigurationError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(EXIT_CONFIGURATION)
    except PortfolioError as error:
        click.echo(f"Failed: {error}", err=True)
        sys.exit(EXIT_FAILED)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_CONFIGURATION)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        if not (sentence := storage_fault(error)):
            raise
        click.echo(f"Failed: {sentence}", err=True)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
