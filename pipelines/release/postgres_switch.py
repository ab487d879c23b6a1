"""Make loaded schemas what readers see, and drop those that no longer are. What is in them was loaded by postgres.py."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, errors, sql

from pipelines.release.postgres_roles import PUBLISHER
from pipelines.release.served import ServedTable

LOCK_TIMEOUT = "500ms"  # shorter than deadlock_timeout, so that it is never a reader who gives way
ATTEMPTS = 20
PAUSE_SECONDS = 0.5

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
    """Give the new schemas the names that readers know."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with (
                target.transaction()
            ):  # a savepoint: a rename that waits too long is tried again, with all that is loaded kept
                target.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
                _rename(target, loaded)
            break
        except errors.LockNotAvailable:
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE_SECONDS)


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


def _rename(target: Connection[Any], loaded: Mapping[str, str]) -> None:
    row = target.execute("select pg_current_xact_id()::text").fetchone()
    assert row is not None
    for now, new in loaded.items():
        if target.execute("select 1 from pg_namespace where nspname = %s", [now]).fetchone():
            old = sql.Identifier(f"{now}_old_{row[0]}")
            target.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(now), old))
        target.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(new), sql.Identifier(now)))


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
    notes = []
    for schema, tables in rows:
        try:
            with target.transaction():
                target.execute(sql.SQL("set local role {}").format(sql.Identifier(PUBLISHER)))
                target.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
                if tables:
                    gone = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
                    target.execute(sql.SQL("drop table {}").format(gone))
                target.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema)))
        except errors.LockNotAvailable:
            notes.append(f"The old schema {schema} is still being read; the next publish drops it.")
        except errors.DependentObjectsStillExist:
            notes.append(f"The old schema {schema} stays: something that is not the portfolio's depends on its tables.")
    return tuple(notes)
