"""The roles that PostgreSQL serves a release by: who publishes, who reads, who reads what is restricted. No table is touched here."""

from typing import Any, LiteralString

from psycopg import Connection, sql

from pipelines.errors import PortfolioError
from pipelines.release.served import OPEN, RESTRICTED

PUBLISHER, READER, RESTRICTED_READER = "portfolio_publisher", "portfolio_reader", "portfolio_restricted"


def ensure_roles(connection: Connection[Any]) -> None:
    """Make the roles that are missing, and act as the publisher for the rest of the transaction.

    Who may log in as what is the administrator's to say: the roles have no login. Raises psycopg.Error where the user may not.
    """
    for role in (PUBLISHER, READER, RESTRICTED_READER):
        if not _holds(connection, "exists (select from pg_roles where rolname = %s)", role):
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    _ensure_member(connection, RESTRICTED_READER, READER)
    if not _holds(connection, "pg_has_role(current_user, %s, 'SET')", PUBLISHER, old="pg_has_role(%s, 'MEMBER')"):
        connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(PUBLISHER)))
    if not _holds(connection, "has_database_privilege(%s, current_database(), 'CREATE')", PUBLISHER):
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("grant create on database {} to {}").format(database, sql.Identifier(PUBLISHER)))
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(PUBLISHER)))


def _ensure_member(connection: Connection[Any], member: str, role: str) -> None:
    found = connection.execute(
        "select 1 from pg_auth_members where roleid = %s::regrole and member = %s::regrole", [role, member]
    ).fetchone()
    if found is None:
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(member)))


def _holds(connection: Connection[Any], condition: LiteralString, name: str, old: LiteralString = "") -> bool:
    """Whether a condition about a name holds; `old`: how PostgreSQL 15 says it."""
    said = old if old and connection.info.server_version < 160000 else condition
    row = connection.execute(sql.SQL("select {}").format(sql.SQL(said)), [name]).fetchone()
    return bool(row and row[0])


def check_owner(connection: Connection[Any]) -> None:
    """Schemas of these names that somebody else made are not ours to replace. Raises PortfolioError."""
    rows = connection.execute(
        "select nspname, pg_get_userbyid(nspowner) from pg_namespace where nspname = any(%s) order by 1",
        [[OPEN, RESTRICTED]],
    ).fetchall()
    for schema, owner in rows:
        if owner != PUBLISHER:
            raise PortfolioError(
                f"The schema {schema} of this PostgreSQL database belongs to {owner}: expected {PUBLISHER}, which replaces its "
                "content at each release. Rename that schema, or publish to another database."
            )


def grant_reading(connection: Connection[Any], open_schema: str, restricted_schema: str) -> None:
    """Reading and nothing else: the open schema to readers, the restricted one to those who may see it."""
    for schema, role in ((open_schema, READER), (restricted_schema, RESTRICTED_READER)):
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
        connection.execute(sql.SQL("grant usage on schema {schema} to {role}").format(**names))
        connection.execute(sql.SQL("grant select on all tables in schema {schema} to {role}").format(**names))
