"""Make loaded schemas what readers see, and drop those that no longer are. What is in them was loaded by postgres.py."""

import contextlib
import random
import time
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, errors, sql

from pipelines.errors import PortfolioError
from pipelines.release.postgres_roles import PUBLISHER, grant_reading
from pipelines.release.served import ServedTable

LOCK_TIMEOUT = "500ms"  # shorter than deadlock_timeout, so that it is never a reader who gives way
PATIENCE_SECONDS = 60.0  # for readers to end the transactions that they are in
PAUSE_SECONDS = 0.5
DROP_ATTEMPTS = 5  # the server's own vacuum may be in an old table for a moment

SHAPE = """
    select c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, null
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where n.nspname = %(schema)s and c.relkind in ('r', 'p', 'v', 'm')
    union all
    select c.relname, null, null, null, null, pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = %(schema)s and k.contype in ('p', 'u')"""

COMMENTS = """
    select c.relname, a.attname, col_description(c.oid, coalesce(a.attnum, 0)), obj_description(c.oid, 'pg_class')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where n.nspname = %s and c.relkind = 'r'"""

TABLES = """
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%s) and c.relkind = 'r' order by 1, 2"""

OPEN_TRANSACTIONS = """
    select l.virtualtransaction, l.pid, a.usename from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'virtualxid' and a.datname = current_database() and l.pid <> pg_backend_pid()
        and a.usesysid is not null -- a login's, not the server's own vacuum, which reads no table by name
    order by l.pid"""


def are_built_as_before(target: Connection[Any], loaded: Mapping[str, str]) -> bool:
    """Whether new schemas have the tables, columns, types and keys of those that readers know; `loaded`: the new one of each."""
    return all(_shape(target, now) == _shape(target, new) for now, new in loaded.items())


def replace_in_place(target: Connection[Any], loaded: Mapping[str, str], tables: Iterable[ServedTable]) -> None:
    """Let the tables that readers know hold what was loaded, and drop the new schemas."""
    for table in tables:
        _replace_rows(target, loaded[table.schema], table)
    for now, new in loaded.items():
        _renew_comments(target, now, new)
        target.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(new)))


def rename_schemas(target: Connection[Any], loaded: Mapping[str, str]) -> None:
    """Give new schemas, whose tables are committed, the names that readers know, when nobody can see both or neither.

    A transaction that began before the tables were committed would find them empty: it has to have ended. One that has read a table
    as it was would find another: it holds a lock on that table, and so keeps the names from changing. A reader who waits for ours
    looks the name up again and finds the new table. The locks are taken in another order each time: readers who come while some are
    held wait for those, holding others; when they begin with a table that we begin with, they hold none.

    Raises PortfolioError when readers do not end within PATIENCE_SECONDS; the new schemas are dropped then.
    """
    known = target.execute(TABLES, [list(loaded)]).fetchall()
    before = _open_transactions(target) if known else set()  # nobody reads what was never there
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if not before & _open_transactions(target):
            with contextlib.suppress(errors.LockNotAvailable):
                return _rename(target, loaded, random.sample(known, len(known)))
        time.sleep(PAUSE_SECONDS)
    sentence = _told_who_reads(target, before)
    with target.transaction():
        target.execute(sql.SQL("set local role {}").format(sql.Identifier(PUBLISHER)))
        for new in loaded.values():
            target.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(new)))
    raise PortfolioError(sentence)


def _open_transactions(target: Connection[Any]) -> set[str]:
    """The transactions that others have open in this database."""
    rows = target.execute(OPEN_TRANSACTIONS).fetchall()
    return {str(transaction) for transaction, *_ in rows}


def _told_who_reads(target: Connection[Any], before: set[str]) -> str:
    """The sentence of a switch that had to be given up: who has been in a transaction for too long."""
    rows = target.execute(OPEN_TRANSACTIONS).fetchall()
    waited_for = [row for row in rows if row[0] in before] or rows
    who = ", ".join(f"process {pid}{f' ({login})' if login else ''}" for _, pid, login in waited_for[:5]) or "a reader"
    return (
        "The release has other tables or columns than the one before, and these can only change when nobody is in the middle of a "
        f"transaction; {who} did not end within {PATIENCE_SECONDS:.0f} s. What it served before is unchanged. End that transaction "
        "(pg_terminate_backend), or wait, and run `portfolio publish --target postgres`."
    )


def _shape(target: Connection[Any], schema: str) -> set[tuple[Any, ...]]:
    """Tables, columns in their order, types and keys of a schema."""
    return set(target.execute(SHAPE, {"schema": schema}).fetchall())


def _replace_rows(target: Connection[Any], new_schema: str, table: ServedTable) -> None:
    """Delete the rows that the new release has not, insert those that the old one had not. Without a key, replace them all.

    Rows are compared whole, where null equals null.
    """
    now, new = sql.Identifier(table.schema, table.name), sql.Identifier(new_schema, table.name)
    if not table.key:
        target.execute(sql.SQL("delete from {}").format(now))
        target.execute(sql.SQL("insert into {} select * from {}").format(now, new))
        return
    target.execute(
        sql.SQL("delete from {} old_row where not exists (select from {} new_row where new_row = old_row)").format(
            now, new
        )
    )
    target.execute(
        sql.SQL(
            "insert into {0} select * from {1} new_row where not exists (select from {0} old_row where old_row = new_row)"
        ).format(now, new)
    )


def _renew_comments(target: Connection[Any], now: str, new: str) -> None:
    """Bring comments of tables that stay up to date; comments of none are left alone."""
    had, has = (set(target.execute(COMMENTS, [schema]).fetchall()) for schema in (now, new))
    for table, column, column_comment, table_comment in has - had:
        names = (
            (sql.SQL("column {}").format(sql.Identifier(now, table, column)), column_comment),
            (sql.SQL("table {}").format(sql.Identifier(now, table)), table_comment),
        )
        for what, text in names:
            target.execute(sql.SQL("comment on {} is {}").format(what, sql.Literal(text)))


def _rename(target: Connection[Any], loaded: Mapping[str, str], known: list[tuple[str, str]]) -> None:
    """Change all names in one transaction. Raises LockNotAvailable, and nothing is changed, when some table is being read."""
    with target.transaction():
        target.execute(sql.SQL("set local role {}").format(sql.Identifier(PUBLISHER)))
        target.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        row = target.execute("select pg_current_xact_id()::text").fetchone()
        assert row is not None
        if known:
            tables = sql.SQL(", ").join(sql.Identifier(schema, table) for schema, table in known)
            target.execute(sql.SQL("lock table {} in access exclusive mode").format(tables))
        for now, new in loaded.items():
            if target.execute("select 1 from pg_namespace where nspname = %s", [now]).fetchone():
                old = sql.Identifier(f"{now}_old_{row[0]}")
                target.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(now), old))
            target.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(new), sql.Identifier(now)))
        grant_reading(target, *loaded)


def drop_old_schemas(target: Connection[Any], names: Iterable[str]) -> tuple[str, ...]:
    """Drop schemas that were renamed away; one sentence for each that has to stay for now. Never waits long for a reader.

    What somebody else built on an old table is not dropped with it.
    """
    pattern = f"^({'|'.join(names)})_old_[0-9]+$"
    rows = target.execute(
        "select n.nspname, coalesce(array_agg(c.relname::text) filter (where c.relkind = 'r'), '{}') "
        "from pg_namespace n left join pg_class c on c.relnamespace = n.oid "
        "where n.nspname ~ %s and pg_get_userbyid(n.nspowner) = %s group by 1 order by 1",
        [pattern, PUBLISHER],
    ).fetchall()
    notes = (_drop_patiently(target, schema, tables) for schema, tables in rows)
    return tuple(note for note in notes if note)


def _drop_patiently(target: Connection[Any], schema: str, tables: list[str]) -> str | None:
    """Drop an old schema, or say why it stays."""
    for attempt in range(DROP_ATTEMPTS):
        time.sleep(PAUSE_SECONDS if attempt else 0)
        try:
            with target.transaction():
                _drop(target, schema, tables)
            return None
        except errors.LockNotAvailable:
            continue
        except errors.DependentObjectsStillExist:
            return f"The old schema {schema} stays: something that is not the portfolio's depends on its tables."
    return f"The old schema {schema} is still being read; the next publish drops it."


def _drop(target: Connection[Any], schema: str, tables: list[str]) -> None:
    target.execute(sql.SQL("set local role {}").format(sql.Identifier(PUBLISHER)))
    target.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
    if tables:
        gone = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
        target.execute(sql.SQL("drop table {}").format(gone))
    target.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema)))
