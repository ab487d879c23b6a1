"""Linked pairs become groups in the database: shared by suppliers and products. Makes no pair itself."""

from collections.abc import Sequence
from typing import Any

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.linkage.clusters import clusters
from pipelines.linkage.decisions import Decision
from pipelines.transform.build import Build


def raw_rows(build: Build, name: str) -> str:
    """The raw rows of one dataset of a build, as an SQL relation."""
    return f"read_parquet({literal(str(build.source(f'raw_{name}') / '*.parquet'))}, union_by_name=true)"


def group(
    connection: duckdb.DuckDBPyConnection, members: str, pairs: str, decisions: Sequence[Decision]
) -> list[Decision]:
    """Tables `grouped` (id, head), `pair` (the links found), `decided` (a, b, decision) and `linked` (id, and its best link).

    `members` gives (id, key as decisions name it), `pairs` gives (id, id, method, probability, reason). Pairs are few: they
    come from SQL that blocks. Returns the decisions that name something nobody delivers.
    """
    found: list[tuple[Any, ...]] = connection.execute(pairs).fetchall()
    ids = {key: member for member, key in connection.execute(members).fetchall()}
    known = [(ids[d.left], ids[d.right], d) for d in decisions if d.left in ids and d.right in ids]
    same = [(a, b) for a, b, d in known if d.decision == "same"]
    apart = [(a, b) for a, b, d in known if d.decision == "not_same"]
    heads = clusters(ids.values(), [(a, b, float(p)) for a, b, _, p, _ in found], same, apart)
    found += [(a, b, "decision", 1, f"Decided on {d.decided_date}: {d.reason}") for a, b, d in known if (a, b) in same]
    _fill(connection, "grouped (id varchar, head varchar)", sorted(heads.items()))
    _fill(
        connection, "pair (a varchar, b varchar, method varchar, probability decimal(5,4), reason varchar)",
        [row for row in found if row[0] != row[1]],
    )  # fmt: skip
    _fill(
        connection, "decided (a varchar, b varchar, decision varchar)",
        [(*sorted((a, b)), d.decision) for a, b, d in known],
    )  # fmt: skip
    best = "(method = 'decision', probability, method, reason)"
    connection.execute(
        f"create or replace table linked as select id, arg_max(method, {best}) as method, "
        f"arg_max(probability, {best}) as probability, arg_max(reason, {best}) as reason "
        "from (select unnest([a, b]) as id, method, probability, reason from pair "
        "join grouped x on x.id = a join grouped y on y.id = b and x.head = y.head) group by id"
    )
    return [d for d in decisions if d.left not in ids or d.right not in ids]


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    name, columns = table.split(" ", 1)
    connection.execute(f"create or replace table {table}")
    if rows:
        places = ", ".join("?" * (columns.count(" varchar") + columns.count(" decimal")))
        connection.executemany(f"insert into {name} values ({places})", rows)
