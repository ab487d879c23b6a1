"""Which spellings are the same supplier: register number first, then names without legal form, then names alike.

A spelling may hold several names (`A | B`, as where two languages are written): one that is also written elsewhere brings the
two together, and so do the initials of one name only.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.linkage.decisions import Decision
from pipelines.linkage.groups import group, raw_rows
from pipelines.transform.build import Build

SUPPLIER_SIMILARITY = 0.95
COMMON_NAME = 20  # a name that more spellings hold says whose folder it is, not which supplier
INITIALS = (3, 8)
SOURCES = ("systems", "contracts", "postings")


def link_suppliers(
    connection: duckdb.DuckDBPyConnection, build: Build, target: Path, decisions: Sequence[Decision] = ()
) -> list[Decision]:
    """One row per spelling (name and register number as sources write them), with the supplier it means.

    Spellings with the same register number are one; a spelling without a number joins the one number that its name goes with.
    A faulty number is none: whose it was meant to be is not known, so it brings nobody together. Where no contract states a
    register, numbers are taken as they stand. Returns the decisions that name a spelling nobody writes.
    """
    columns = "supplier_name, supplier_registration_code, supplier_register_class_code"
    spelled = " union all ".join(f"select {columns} from {raw_rows(build, n)}" for n in SOURCES)
    connection.execute(
        "create table spelling as select *, 's' || left(md5(name || '|' || written_code), 12) as id, firm(name) as firm_name, "
        "case when class is distinct from 'faulty' "
        "then regexp_replace(regexp_replace(upper(written_code), '[^0-9A-Z]', '', 'g'), '^DK', '') else '' end as code from ("
        "select coalesce(supplier_name, '') as name, coalesce(supplier_registration_code, '') as written_code, count(*) as uses, "
        "max(supplier_register_class_code) as class "
        f"from ({spelled}) where supplier_name is not null or supplier_registration_code is not null group by 1, 2)"
    )
    connection.execute(
        "create table firm_code as select firm_name, any_value(code) as code from spelling "
        "where code <> '' and firm_name <> '' group by firm_name having count(distinct code) = 1"
    )
    unknown = group(connection, "select id, name || '|' || written_code from spelling", _supplier_pairs(), decisions)
    connection.execute("create table supplier_group as select id, head from grouped")
    connection.execute(f"copy ({_supplier_table()}) to {literal(str(target))} (format parquet)")
    return unknown


def _supplier_pairs() -> str:
    """Pairs of spellings that mean the same supplier: (id, id, method, probability, reason)."""
    return f"""
        with numbered as (
            select s.id, s.name, s.firm_name, s.code, coalesce(nullif(s.code, ''), f.code, '') as known_code
            from spelling s left join firm_code f using (firm_name)
        ),
        head as (select min(id) as id, known_code from numbered where known_code <> '' group by known_code),
        firm_head as (select min(id) as id, firm_name from numbered where known_code = '' and firm_name <> '' group by firm_name),
        {_held_names()}
        select h.id, n.id, case when n.code <> '' then 'registration_code' else 'same_name' end,
               case when n.code <> '' then 1.0 else 0.98 end,
               case when n.code <> '' then 'Same register number ' || h.known_code
                    else 'Same name apart from spelling and legal form as register number ' || h.known_code end
        from numbered n join head h using (known_code)
        union all
        select h.id, n.id, 'same_name', 0.97, 'Same name apart from spelling and legal form'
        from numbered n join firm_head h using (firm_name) where n.known_code = ''
        union all
        select a.id, b.id, 'similar_name', round(jaro_winkler_similarity(a.firm_name, b.firm_name), 4),
               'Names alike: ' || a.name || ' and ' || b.name
        from numbered a join numbered b
          on left(a.firm_name, 4) = left(b.firm_name, 4) and a.id < b.id and a.firm_name <> b.firm_name
        where length(a.firm_name) >= 6
          and (jaro_winkler_similarity(a.firm_name, b.firm_name) >= {SUPPLIER_SIMILARITY} or shortened(a.firm_name, b.firm_name))
          and rest(a.firm_name, b.firm_name)
          and (a.known_code = '' or b.known_code = '')
        union all
        select a.id, b.id, method, probability, reason || a.name || ' and ' || b.name
        from held join numbered a on a.id = held.a join numbered b on b.id = held.b
        where a.known_code = '' or b.known_code = ''
        order by 1, 2"""


def _held_names() -> str:
    """Tables of a query: pairs of spellings (a, b, method, probability, reason) by the names that they hold."""
    low, high = INITIALS
    return f"""
        every_name as (
            select distinct id, bag(held) as words, len(telling(held)) as word_count, initials(held) as letters, held = name as is_whole
            from (select id, name, unnest(names_in(name)) as held from spelling where name <> '')
        ),
        held_name as (
            select id, words, letters, max(word_count) as word_count, bool_or(is_whole) as is_whole from every_name
            where length(words) >= {low} group by id, words, letters
        ),
        uncommon as (select words from held_name group by words having count(distinct id) between 2 and {COMMON_NAME}),
        sole as (select letters from held_name where word_count between {low} and {high} group by letters having count(distinct words) = 1),
        held as (
            select least(x.id, y.id) as a, greatest(x.id, y.id) as b, 'same_part' as method, 0.96 as probability,
                   'A name that both hold: ' as reason
            from held_name x join uncommon using (words) join held_name y on y.words = x.words and x.id < y.id
            where x.word_count > 1 or x.is_whole or y.is_whole
            union
            select least(x.id, y.id), greatest(x.id, y.id), 'initials', 0.9, 'The one is the initials of the other, and of no other name: '
            from held_name x join held_name y on y.letters = x.words and x.id <> y.id join sole on sole.letters = y.letters
            where x.word_count = 1 and length(x.words) between {low} and {high} and y.word_count > 1
        )"""


def _supplier_table() -> str:
    """Every spelling with its supplier; one that nobody names is called by its number."""
    return """
        select s.name as source_supplier_name, s.written_code as source_registration_code, s.class as source_register_class_code,
               g.head as supplier_id,
               coalesce(first_value(nullif(s.name, '')) over best, max(s.written_code) over (partition by g.head)) as supplier_name,
               first_value(nullif(s.code, '')) over surest as supplier_registration_code,
               coalesce(l.method, 'only_spelling') as link_method, coalesce(l.probability, 1.0) as link_probability,
               coalesce(l.reason, 'The only spelling of this supplier') as link_reason
        from spelling s join grouped g using (id) left join linked l using (id)
        window best as (partition by g.head order by (s.name = '')::int, s.uses desc, s.name
                        rows between unbounded preceding and unbounded following),
               surest as (partition by g.head order by (s.code = '')::int, (s.class is distinct from 'domestic')::int, s.code desc
                          rows between unbounded preceding and unbounded following)
        order by 1, 2"""
