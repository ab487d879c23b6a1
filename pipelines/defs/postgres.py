"""PostgreSQL follows the release, when the environment names a database. What is done is in pipelines/release/postgres.py."""

import os
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.defs.audit import RELEASE_KEY
from pipelines.defs.common import OWNER, RELEASE, build_of, say, told
from pipelines.errors import PortfolioError
from pipelines.instance import Instance
from pipelines.release.pointer import all_releases, is_current, release_folder
from pipelines.release.postgres import DSN_VARIABLE, publish_to_postgres, served_release

POSTGRES_KEY = dg.AssetKey("postgres")


def postgres_assets(instance: Instance) -> list[dg.AssetsDefinition]:
    """The step that hands a new release over to PostgreSQL; none where PORTFOLIO_POSTGRES_DSN is not set."""
    if not os.environ.get(DSN_VARIABLE):
        return []

    @dg.asset(
        key=POSTGRES_KEY,
        deps=[RELEASE_KEY],
        group_name=RELEASE,
        owners=[OWNER],
        kinds={"postgres"},
        description="The same tables in PostgreSQL, switched in one transaction. A failure here leaves the release standing in its "
        "folder, and PostgreSQL serving the one before it; the reason is in the step's error.",
    )
    def postgres(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with told():
            build = build_of(context, instance)
            folder = next(
                instance.releases / m["release_id"] for m in all_releases(instance) if m["build_id"] == build.build_id
            )
            if not is_current(instance, folder):
                say(context, "PostgreSQL stays as it is: the release is of a past day")
                return dg.MaterializeResult(metadata={"release_id": folder.name, "published": False})
            _hand_over(context, folder)
            return dg.MaterializeResult(metadata={"release_id": folder.name, "published": True})

    return [postgres]


def catch_up(context: Any, instance: Instance) -> None:
    """Hand the current release over when nothing has changed but PostgreSQL does not serve it yet. Raises PortfolioError."""
    dsn, folder = os.environ.get(DSN_VARIABLE, ""), release_folder(instance, None)
    if dsn and served_release(dsn) != folder.name:
        _hand_over(context, folder)


def _hand_over(context: Any, folder: Path) -> None:
    try:
        published = publish_to_postgres(folder, os.environ[DSN_VARIABLE])
    except PortfolioError as error:
        raise PortfolioError(f"Release {folder.name} stands and is current in its folder. {error}") from None
    for sentence in (published.sentence, *published.notes):
        say(context, sentence)
