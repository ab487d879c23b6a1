"""Pairs that a person should look at: probably the same and not linked, or linked on slight grounds. Decides nothing.

What the rules are sure of, and what people have decided, is not asked again.
"""

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.linkage.decisions import Kind
from pipelines.linkage.features import compare, pairs_by_words
from pipelines.linkage.model import model

CANDIDATE_FLOOR = 0.10  # below, fewer than one in ten is right: not worth a person's time
SURE = 0.95  # a link from here on is not asked about
COLUMNS = {
    "link_kind": "varchar", "left_key": "varchar", "right_key": "varchar", "left_id": "varchar", "right_id": "varchar",
    "left_name": "varchar", "right_name": "varchar", "is_linked": "boolean", "link_probability": "decimal(5,4)",
    "link_reason": "varchar",
}  # fmt: skip
THINGS: dict[Kind, str] = {
    "product": "select u.id, administration_code || '/' || system_key as key, system_name as shown, u.name, "
    "coalesce(s.firm_name, '') as maker, task, cast(null as varchar) as number from system_use u left join spelling s on s.id = u.supplier",
    "supplier": "select id, name || '|' || written_code as key, coalesce(nullif(name, ''), written_code) as shown, firm_name as name, "
    "'' as maker, cast(null as varchar) as task, nullif(code, '') as number from spelling",
}


def prepare_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """An empty table `candidate`, which `find_candidates` adds to."""
    connection.execute(f"create table candidate ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")


def find_candidates(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Add the pairs of one kind to table `candidate`. Needs the tables of `group` for this kind, and what THINGS reads.

    Two groups are asked about once, by their most probable pair.
    """
    connection.execute(f"create or replace table thing as {THINGS[kind]}")
    connection.execute(
        "create or replace table record as select id, name, maker, cast(null as double) as price from thing"
    )
    pairs_by_words(connection)
    compare(connection)
    connection.execute(
        f"""insert into candidate
        with open_pair as ({_not_linked()} union all {_slightly_linked()}),
        asked as (
            select least(x.head, y.head) as left_id, greatest(x.head, y.head) as right_id, p.*
            from open_pair p join grouped x on x.id = p.a join grouped y on y.id = p.b
        ),
        answered as (
            select least(x.head, y.head) as left_id, greatest(x.head, y.head) as right_id, d.a, d.b
            from decided d join grouped x on x.id = d.a join grouped y on y.id = d.b
        ),
        ranked as (
            select *, row_number() over (partition by left_id, right_id, case when left_id = right_id then a || b end
                                         order by probability desc, a, b) as n
            from asked
            where not exists (
                select 1 from answered w where w.left_id = asked.left_id and w.right_id = asked.right_id
                and (w.left_id <> w.right_id or w.a = asked.a and w.b = asked.b)
            )
        )
        select {literal(kind)}, l.key, r.key, x.head, y.head, l.shown, r.shown, ranked.left_id = ranked.right_id, probability, reason
        from ranked join thing l on l.id = a join thing r on r.id = b join grouped x on x.id = a join grouped y on y.id = b
        where n = 1"""
    )


def write_candidates(connection: duckdb.DuckDBPyConnection, target: str) -> None:
    """The table as Parquet, in an order of its own; how much a pair is worth is for who knows the money."""
    connection.execute(f"copy (select * from candidate order by all) to {literal(target)} (format parquet)")


def _not_linked() -> str:
    """Pairs in two groups that the model finds possible, unless registers say that they are two."""
    alike = "'Names alike (' || l.shown || ', ' || r.shown || '), ' || cast(round(100 * covered_least) as int) || ' % of the words'"
    return f"""
        select a, b, cast({model().probability_sql()} as decimal(5,4)) as probability,
               {alike} || case when same_maker = 1 then ', same supplier' when l.maker <> '' and r.maker <> '' then ', different suppliers'
                               else '' end
               || case when not near(l.task, r.task) then ', different tasks' when l.task is not null and r.task is not null
                       then ', same task' else '' end as reason
        from feature join thing l on l.id = a join thing r on r.id = b join grouped g on g.id = a join grouped h on h.id = b
        where g.head <> h.head and not coalesce(l.number <> r.number, false) and {model().probability_sql()} >= {CANDIDATE_FLOOR}"""


def _slightly_linked() -> str:
    """Links of one group that are the best one of their ends has, and still not sure."""
    return f"""
        select distinct least(p.a, p.b), greatest(p.a, p.b), p.probability, p.reason
        from pair p join linked l on l.id in (p.a, p.b) and l.probability = p.probability and l.reason = p.reason
        join grouped g on g.id = p.a join grouped h on h.id = p.b and g.head = h.head
        where p.probability < {SURE} and p.method <> 'decision'"""
