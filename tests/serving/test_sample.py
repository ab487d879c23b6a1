"""The released sample, served from PostgreSQL: no person of the files is in it, and the open part names no restricted column."""

import json

import psycopg
import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.interface import RESTRICTED, changes, known_interface, released_tables
from pipelines.release.postgres import publish_to_postgres
from tests.personal import leaks_in_postgres


@pytest.fixture
def served(released_sample: Instance, dsn: str) -> str:
    publish_to_postgres((released_sample.releases / "current").resolve(), dsn)
    return dsn


def test_nothing_served_names_the_people_in_the_files(served: str) -> None:
    assert leaks_in_postgres(served) == []
    with psycopg.connect(served) as connection:  # and it would be seen
        name = json.loads((PROJECT_ROOT / "tests" / "truth" / "personal.json").read_text("utf-8"))["names"][0]
        connection.execute("create table public.slip as select %s::text as note", (name,))
    assert leaks_in_postgres(served) == ["public.slip"]


def test_the_public_tables_are_those_of_the_interface_file(released_sample: Instance) -> None:
    """When this fails: `make interface` after a refresh writes the file anew and says which version to announce in CHANGELOG.md."""
    known, found = known_interface(), released_tables((released_sample.releases / "current").resolve())
    assert changes(known.tables, found) == ([], [])
    assert f"Public tables {known.version}" in (PROJECT_ROOT / "CHANGELOG.md").read_text("utf-8")
    assert any(kind.endswith(RESTRICTED) for kind in found["mart_price_spread"].values())
