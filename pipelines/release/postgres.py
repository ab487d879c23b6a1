"""Publish one release to PostgreSQL, whole or not at all. What is loaded is in served.py, who may read it in postgres_roles.py.

Tables are loaded by COPY into new schemas, with types, keys and comments, and then become what readers see in one transaction.
Where the tables are built as before, their changed rows are replaced in place, in the transaction that loaded them: a reader's
snapshot then covers the switch, and neither a statement nor a repeatable-read transaction sees two releases. Where they are built
otherwise, which new code does and a new night does not, the schemas are renamed. PostgreSQL looks names up outside the snapshot: a
transaction from before would find the new tables, and find them empty. So what was loaded is committed first, unseen, and the names
change hands when no transaction from before is left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import Connection, Copy, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.release.postgres_roles import check_owner, ensure_roles, grant_reading
from pipelines.release.postgres_switch import are_built_as_before, drop_old_schemas, rename_schemas, replace_in_place
from pipelines.release.served import OPEN, RESTRICTED, SOURCE, ServedTable, read_release, served_tables
from pipelines.release.whole import open_named

DSN_VARIABLE = "PORTFOLIO_POSTGRES_DSN"
OLDEST_VERSION = 15
TURN = 7104306203  # the advisory lock of publishing: one at a time in a database
ROWS_AT_A_TIME = 50_000
CONNECT_SECONDS = 10
LONGEST_WAIT = "60s"  # for a lock that no reader takes, such as of somebody who changes a table by hand
NEXT = {OPEN: f"{OPEN}_next", RESTRICTED: f"{RESTRICTED}_next"}


@dataclass(frozen=True)
class Published:
    """What PostgreSQL serves now. `notes`: sentences for a person about what was left behind."""

    release_id: str
    table_count: int
    row_count: int
    has_new_schemas: bool
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a person is told."""
        how = "in new schemas" if self.has_new_schemas else "changed rows replaced in place"
        return f"PostgreSQL serves {self.release_id}: {self.table_count} tables, {self.row_count:,} rows, {how}."


def publish_to_postgres(folder: Path, dsn: str) -> Published:
    """Make PostgreSQL serve the release in this folder. Raises PortfolioError, and what was served before still is."""
    manifest = read_release(folder)
    with _told(folder.name, dsn), _connected(dsn) as target:
        _take_turn(target)
        with open_named(**{SOURCE: folder}) as source:
            tables = served_tables(source, manifest)
            is_same = _laid_out(source, target, tables)
        if not is_same:
            rename_schemas(target, NEXT)
        notes = drop_old_schemas(target, NEXT)
    return Published(folder.name, len(tables), sum(t.row_count for t in tables), not is_same, notes)


def _laid_out(source: duckdb.DuckDBPyConnection, target: Connection[Any], tables: list[ServedTable]) -> bool:
    """Load all tables in one transaction. True when readers see them with its end, false when names still have to change hands."""
    with target.transaction():
        _prepare(target)
        for table in tables:
            _create(target, table)
        is_same = are_built_as_before(target, NEXT)
        for table in tables:
            _loosen(target, table, is_same)
            _load(source, target, table)
            if not is_same:
                _complete(target, table)
        if is_same:
            replace_in_place(target, NEXT, tables)
            grant_reading(target, *NEXT)
    return is_same


def served_release(dsn: str) -> str | None:
    """The id of the release that PostgreSQL serves, None when it serves none. Raises PortfolioError."""
    with _told("", dsn), _connected(dsn) as connection:
        row = connection.execute("select to_regclass(%s) is not null", [f"{OPEN}.release"]).fetchone()
        if not (row and row[0]):
            return None
        found = connection.execute("select release_id from portfolio.release").fetchone()
        return str(found[0]) if found else None


def _connected(dsn: str) -> Connection[Any]:
    defaults: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "portfolio publish"}
    parts = {**defaults, **conninfo_to_dict(dsn), "client_encoding": "utf8"}
    return psycopg.connect(make_conninfo("", **parts), autocommit=True)


def _understood(dsn: str) -> dict[str, Any]:
    """The parts of a connection string. Raises ConfigurationError that repeats none of it.

    A password with an @ or a / that is not escaped ends up in another part, which a message would show.
    """
    try:
        parts: dict[str, Any] = conninfo_to_dict(dsn)
    except psycopg.Error:
        parts = {"port": "?"}
    shown = (str(parts.get(name, "")) for name in ("host", "dbname"))
    if any("@" in part for part in shown) or not str(parts.get("port", "5432")).replace(",", "").isdigit():
        raise ConfigurationError(
            f"{DSN_VARIABLE} cannot be read: expected a connection string such as postgresql://user@host:5432/database or "
            "'host=... dbname=... user=...'. Correct it; in the first form @ is written %40 and / %2F within a password."
        )
    return parts


@contextmanager
def _told(release_id: str, dsn: str) -> Iterator[None]:
    """Turn what PostgreSQL says into a sentence without a password or a row."""
    given = _understood(dsn)
    try:
        yield
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).splitlines()[0] or type(error).__name__
        for secret in filter(None, (given.get("password"), dsn)):
            said = said.replace(str(secret), "***")
        where = f"{given.get('host') or 'the local server'}, database {given.get('dbname') or '(default)'}"
        what = (
            f"Release {release_id} was not published to PostgreSQL" if release_id else "PostgreSQL could not be asked"
        )
        raise PortfolioError(
            f"{what} ({where}): {said.rstrip('.')}. What it served before is unchanged. "
            "When that is mended, run `portfolio publish --target postgres`."
        ) from None


def _take_turn(target: Connection[Any]) -> None:
    """Be the only one who publishes to this database for as long as the connection lasts. Raises PortfolioError."""
    if target.info.server_version < OLDEST_VERSION * 10_000:
        found = target.info.server_version // 10_000
        raise PortfolioError(f"PostgreSQL {found}: expected {OLDEST_VERSION} or newer. Publish to a newer server.")
    row = target.execute("select pg_try_advisory_lock(%s)", [TURN]).fetchone()
    if not (row and row[0]):
        raise PortfolioError("Another publish to this PostgreSQL database is under way. Wait until it ends.")


def _prepare(target: Connection[Any]) -> None:
    """Act as the publisher, and make the schemas to load into."""
    target.execute("set local timezone = 'UTC'")
    target.execute("set local datestyle = 'ISO'")
    target.execute("set local statement_timeout = 0")
    target.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LONGEST_WAIT)))
    ensure_roles(target)
    check_owner(target)
    for schema in NEXT.values():
        target.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
        target.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))


def _next(table: ServedTable) -> sql.Identifier:
    return sql.Identifier(NEXT[table.schema], table.name)


def _create(target: Connection[Any], table: ServedTable) -> None:
    """An empty table with columns, key and comments."""
    parts = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(c.name), sql.SQL(_literal_type(c.kind)), sql.SQL(" not null" if c.is_required else "")
        )
        for c in table.columns
    ]
    if table.key:
        parts.append(_key(table))
    comments = [(sql.SQL("table {}").format(_next(table)), table.comment)]
    comments += [
        (sql.SQL("column {}").format(sql.Identifier(NEXT[table.schema], table.name, c.name)), c.comment)
        for c in table.columns
    ]
    said = [sql.SQL("comment on {} is {}").format(what, sql.Literal(text)) for what, text in comments if text]
    create = sql.SQL("create table {} ({})").format(_next(table), sql.SQL(", ").join(parts))
    target.execute(sql.SQL("; ").join([create, *said]))


def _key(table: ServedTable) -> sql.Composed:
    kind = sql.SQL("primary key" if table.key_is_required else "unique nulls not distinct")
    columns = sql.SQL(", ").join(sql.Identifier(c) for c in table.key)
    return sql.SQL("constraint {} {} ({})").format(_key_name(table), kind, columns)


def _key_name(table: ServedTable) -> sql.Identifier:
    return sql.Identifier(f"{table.name}_key")


def _literal_type(kind: str) -> Any:
    """A type's name as SQL text: from the list in served.py, or numeric with two numbers, and never from a file."""
    return kind


class _Sink:
    """What pyarrow writes a table's CSV to: the COPY that is under way."""

    closed = False

    def __init__(self, copy: Copy) -> None:
        self._copy = copy

    def write(self, data: bytes) -> int:
        """Pass a block on."""
        self._copy.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _load(source: duckdb.DuckDBPyConnection, target: Connection[Any], table: ServedTable) -> None:
    """Stream a table as CSV into COPY, block by block. Null is an empty field, and text is always quoted."""
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    reader = source.execute(f"select {names} from {table.source}").to_arrow_reader(ROWS_AT_A_TIME)
    with target.cursor() as cursor:
        with cursor.copy(sql.SQL("copy {} from stdin (format csv)").format(_next(table))) as copy:
            options = pyarrow.csv.WriteOptions(include_header=False)
            with pyarrow.csv.CSVWriter(pa.PythonFile(_Sink(copy), "w"), reader.schema, write_options=options) as writer:
                for batch in reader:
                    writer.write_batch(batch)
        if cursor.rowcount != table.row_count:
            raise PortfolioError(
                f"{table.name}: expected {table.row_count} rows in PostgreSQL, found {cursor.rowcount}. "
                "What it served before is unchanged."
            )


def _loosen(target: Connection[Any], table: ServedTable, is_same: bool) -> None:
    """Take the key off while rows are loaded; what is only compared with the tables that stay needs neither key nor log."""
    if table.key:
        target.execute(sql.SQL("alter table {} drop constraint {}").format(_next(table), _key_name(table)))
    if is_same:
        target.execute(sql.SQL("alter table {} set unlogged").format(_next(table)))


def _complete(target: Connection[Any], table: ServedTable) -> None:
    """Key and statistics of a table that readers are to see; where rows are replaced in place, the tables there have both."""
    if table.key:
        target.execute(sql.SQL("alter table {} add {}").format(_next(table), _key(table)))
    target.execute(sql.SQL("analyze {}").format(_next(table)))
