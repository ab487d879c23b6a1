"""The command `portfolio publish`: hand a release over to a database that serves it."""

import os
from pathlib import Path

import click

from pipelines.command_options import instance_option
from pipelines.errors import ConfigurationError


@click.command()
@click.option("--target", type=click.Choice(["postgres"]), required=True, help="Where to publish to.")
@click.option("--release", "release_id", help="The release to publish (default: the current one).")
@instance_option
@click.pass_obj
def publish(root: Path | None, target: str, release_id: str | None) -> None:
    """Publish a release to the PostgreSQL database that PORTFOLIO_POSTGRES_DSN names (docs/postgres.md).

    Readers see the release before it until the new one is there whole.

    Exit codes: 0 published, 1 failed (what was served before still is), 2 faulty use or connection string.
    """
    from pipelines.instance import Instance
    from pipelines.release.pointer import release_folder
    from pipelines.release.postgres import DSN_VARIABLE, publish_to_postgres

    instance = Instance.load(root)
    dsn = os.environ.get(DSN_VARIABLE, "")
    if not dsn:
        raise ConfigurationError(
            f"{DSN_VARIABLE} is not set: expected a connection string such as postgresql://user@host:5432/database. Set it."
        )
    done = publish_to_postgres(release_folder(instance, release_id), dsn)
    click.echo(done.sentence)
    for note in done.notes:
        click.echo(note)
