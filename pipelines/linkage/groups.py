"""Linked pairs become groups in the database: shared by suppliers and products. Makes no pair itself."""

from typing import Any

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.linkage.clusters import clusters
from pipelines.transform.build import Build


def raw_rows(build: Build, name: str) -> str:
    """The raw rows of one dataset of a build, as an SQL relation."""
    return f"read_parquet({literal(str(build.source(f'raw_{name}') / '*.parquet'))}, union_by_name=true)"


def group(connection: duckdb.DuckDBPyConnection, members: str, pairs: str) -> None:
    """Tables `grouped` (id, head) and `linked` (id, and the best link that it came by).

    `members` gives ids, `pairs` gives (id, id, method, probability, reason). Pairs are few: they come from SQL that blocks.
    """
    found: list[tuple[Any, ...]] = connection.execute(pairs).fetchall()
    ids = [row[0] for row in connection.execute(members).fetchall()]
    heads = clusters(ids, [(a, b) for a, b, *_ in found])
    connection.execute("create or replace table grouped (id varchar, head varchar)")
    connection.execute(
        "create or replace table pair (a varchar, b varchar, method varchar, probability decimal(5,4), reason varchar)"
    )
    if heads:
        connection.executemany("insert into grouped values (?, ?)", sorted(heads.items()))
    if found:
        connection.executemany("insert into pair values (?, ?, ?, ?, ?)", found)
    connection.execute(
        "create or replace table linked as select id, arg_max(method, (probability, method)) as method, max(probability) as probability, "
        "arg_max(reason, (probability, method, reason)) as reason "
        "from (select a as id, * from pair where a <> b union all select b as id, * from pair where a <> b) group by id"
    )
