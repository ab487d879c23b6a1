"""The links of one build: which supplier spellings and which system uses are the same. The stage's front door.

Exact keys first (register number, catalogue key), then names: normalised, then similar. Each link says by which rule it was
made, how probable it is, and why, in words. The figures are measured against the sample's truth in tests/truth.
"""

from pathlib import Path

import duckdb

from pipelines.files import fingerprint, fresh_folder, link_or_copy
from pipelines.ingest.expressions import literal
from pipelines.linkage.clusters import clusters
from pipelines.transform.build import Build

LINK_VERSION = 1
SUPPLIER_SIMILARITY = 0.95
PRODUCT_SIMILARITY = 0.94
LEGAL_FORMS = (
    "a/s|as|aps|i/s|p/s|k/s|amba|ivs|ltd|limited|inc|gmbh|ab|plc|llp|llc|danmark|denmark|dk|uk|nordic|holding|group|the"
)
SOURCES = ("systems", "contracts", "postings")


def make_links(build: Build, kept: Path) -> None:
    """Write link_supplier and link_product into the build's inputs, from links kept for the same raw rows when there are some."""
    key = fingerprint(LINK_VERSION, {n: sorted(p.name for p in build.source(f"raw_{n}").iterdir()) for n in SOURCES})[
        :16
    ]
    folder = kept / key
    if not (folder / "complete").exists():
        fresh_folder(folder)
        with duckdb.connect(":memory:") as connection:
            _normalising(connection)
            _link_suppliers(connection, build, folder / "link_supplier.parquet")
            _link_products(connection, build, folder / "link_product.parquet")
        (folder / "complete").touch()
    for name in ("link_supplier", "link_product"):
        build.source(name).mkdir()
        link_or_copy(folder / f"{name}.parquet", build.source(name) / f"{name}.parquet")


def _normalising(connection: duckdb.DuckDBPyConnection) -> None:
    """`plain(text)`: lower case, Danish letters spelled out, only letters and digits; `firm(text)`: also no legal forms."""
    connection.execute(
        "create macro plain(t) as trim(regexp_replace(replace(replace(replace(replace(replace(lower(strip_accents("
        "replace(replace(replace(replace(replace(replace(coalesce(t, ''), 'æ', 'ae'), 'ø', 'oe'), 'å', 'aa'), 'Æ', 'ae'), 'Ø', 'oe'), 'Å', 'aa')"
        ")), '&', ' og '), '+', ' plus '), '''', ''), '´', ''), '®', ''), '[^a-z0-9]+', ' ', 'g'))"
    )
    forms = LEGAL_FORMS.replace("/", " ")
    connection.execute(
        f"create macro firm(t) as coalesce(nullif(trim(regexp_replace(' ' || plain(t) || ' ', ' (({forms}) )+', ' ', 'g')), ''), plain(t))"
    )


def _raw(build: Build, name: str) -> str:
    return f"read_parquet({literal(str(build.source(f'raw_{name}') / '*.parquet'))}, union_by_name=true)"


def _link_suppliers(connection: duckdb.DuckDBPyConnection, build: Build, target: Path) -> None:
    """One row per spelling (name and register number as sources write them), with the supplier it means.

    Spellings with the same register number are one; a spelling without a number joins the one number that its name goes with.
    """
    spelled = " union all ".join(
        f"select supplier_name, supplier_registration_code from {_raw(build, n)}" for n in SOURCES
    )
    connection.execute(
        "create table spelling as select *, 's' || left(md5(name || '|' || code), 12) as id, firm(name) as firm_name from ("
        "select coalesce(supplier_name, '') as name, coalesce(supplier_registration_code, '') as code, count(*) as uses "
        f"from ({spelled}) where supplier_name is not null or supplier_registration_code is not null group by 1, 2)"
    )
    connection.execute(
        "create table firm_code as select firm_name, any_value(code) as code from spelling "
        "where code <> '' and firm_name <> '' group by firm_name having count(distinct code) = 1"
    )
    pairs = connection.execute(_supplier_pairs()).fetchall()
    members = [row[0] for row in connection.execute("select id from spelling order by id").fetchall()]
    _store_groups(connection, clusters(members, [(a, b) for a, b, *_ in pairs]), pairs)
    connection.execute(f"copy ({_supplier_table()}) to {literal(str(target))} (format parquet)")


def _supplier_pairs() -> str:
    """Pairs of spellings that mean the same supplier: (id, id, method, probability, reason)."""
    different = "(a.code <> '' and b.code <> '' and a.code <> b.code)"
    return f"""
        with numbered as (
            select s.id, s.name, s.firm_name, s.code, coalesce(nullif(s.code, ''), f.code, '') as known_code
            from spelling s left join firm_code f using (firm_name)
        ),
        head as (select min(id) as id, known_code from numbered where known_code <> '' group by known_code),
        firm_head as (select min(id) as id, firm_name from numbered where known_code = '' and firm_name <> '' group by firm_name)
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
        where length(a.firm_name) >= 6 and jaro_winkler_similarity(a.firm_name, b.firm_name) >= {SUPPLIER_SIMILARITY}
          and not {different.replace("code", "known_code")}
          and (a.known_code = '' or b.known_code = '')
        order by 1, 2"""


def _store_groups(
    connection: duckdb.DuckDBPyConnection, group: dict[str, str], pairs: list[tuple[object, ...]]
) -> None:
    """Tables `grouped` (id, head) and `linked` (id, the best link that it came by)."""
    connection.execute("create or replace table grouped (id varchar, head varchar)")
    connection.execute(
        "create or replace table pair (a varchar, b varchar, method varchar, probability decimal(5,4), reason varchar)"
    )
    if group:
        connection.executemany("insert into grouped values (?, ?)", sorted(group.items()))
    if pairs:
        connection.executemany("insert into pair values (?, ?, ?, ?, ?)", pairs)
    connection.execute(
        "create or replace table linked as select id, arg_max(method, (probability, method)) as method, max(probability) as probability, "
        "arg_max(reason, (probability, method, reason)) as reason "
        "from (select a as id, * from pair where a <> b union all select b as id, * from pair where a <> b) group by id"
    )


def _supplier_table() -> str:
    return """
        select s.name as source_supplier_name, s.code as source_registration_code, g.head as supplier_id,
               first_value(nullif(s.name, '')) over best as supplier_name,
               max(nullif(s.code, '')) over (partition by g.head) as supplier_registration_code,
               coalesce(l.method, 'only_spelling') as link_method, coalesce(l.probability, 1.0) as link_probability,
               coalesce(l.reason, 'The only spelling of this supplier') as link_reason
        from spelling s join grouped g using (id) left join linked l using (id)
        window best as (partition by g.head order by (s.name = '')::int, s.uses desc, s.name
                        rows between unbounded preceding and unbounded following)
        order by 1, 2"""


def _link_products(connection: duckdb.DuckDBPyConnection, build: Build, target: Path) -> None:
    """One row per system use (administration and the source's key), with the product that it is a use of."""
    delivery = f"read_parquet({literal(str(build.source('raw_delivery') / '*.parquet'))})"
    connection.execute(
        f"""create table system_use as
        select 'p' || left(md5(administration_code || '|' || system_key), 12) as id, administration_code, system_key,
               system_name, plain(system_name) as name, plain(former_name) as former, catalogue_key, capability_codes,
               g.head as supplier
        from (select *, row_number() over (partition by administration_code, system_key order by business_date desc, received_at desc, source_row_number) as n
              from {_raw(build, "systems")} join (select delivery_id, business_date, received_at from {delivery}) using (delivery_id)) s
        left join spelling p on p.name = coalesce(s.supplier_name, '') and p.code = coalesce(s.supplier_registration_code, '')
        left join grouped g on g.id = p.id
        where n = 1"""
    )
    pairs = connection.execute(_product_pairs()).fetchall()
    members = [row[0] for row in connection.execute("select id from system_use order by id").fetchall()]
    _store_groups(connection, clusters(members, [(a, b) for a, b, *_ in pairs]), pairs)
    connection.execute(f"copy ({_product_table()}) to {literal(str(target))} (format parquet)")


def _product_pairs() -> str:
    """Pairs of uses of the same product: same catalogue key, same name and supplier, former name, or names alike."""
    same_supplier = "(a.supplier = b.supplier)"
    no_conflict = "(a.supplier is null or b.supplier is null or a.supplier = b.supplier)"
    alike = "jaro_winkler_similarity(a.name, b.name)"
    numbers = "regexp_extract_all({}.name, '[0-9]+') "
    return f"""
        select h.id, u.id, 'catalogue_key', 1.0, 'Same key in the shared catalogue'
        from system_use u join (select min(id) as id, catalogue_key from system_use where catalogue_key is not null group by 2) h using (catalogue_key)
        union all
        select a.id, b.id, 'same_name', case when {same_supplier} then 0.99 else 0.9 end,
               case when {same_supplier} then 'Same name and supplier' else 'Same name, supplier not given by one of them' end
        from system_use a join system_use b on a.name = b.name and a.id < b.id where {no_conflict}
        union all
        select a.id, b.id, 'former_name', 0.95, 'The former name of one is the name of the other, same supplier'
        from system_use a join system_use b on a.former = b.name and a.former <> '' and a.id <> b.id where {same_supplier}
        union all
        select a.id, b.id, 'similar_name', round({alike} * 0.97, 4), 'Names alike (' || a.system_name || ', ' || b.system_name || '), same supplier'
        from system_use a join system_use b on {same_supplier} and a.id < b.id and a.name <> b.name
        where ({alike} >= {PRODUCT_SIMILARITY} or prefix(a.name, b.name || ' ') or prefix(b.name, a.name || ' '))
          and {numbers.format("a")} = {numbers.format("b")}
          and coalesce(a.capability_codes, b.capability_codes, '') = coalesce(b.capability_codes, a.capability_codes, '')
        order by 1, 2"""


def _product_table() -> str:
    return """
        select u.administration_code, u.system_key, g.head as product_id,
               first_value(u.system_name) over (partition by g.head order by c.uses desc, u.system_name) as product_name,
               coalesce(l.method, 'only_use') as link_method, coalesce(l.probability, 1.0) as link_probability,
               coalesce(l.reason, 'The only use of this product') as link_reason
        from system_use u join grouped g using (id) left join linked l using (id)
        join (select head, system_name, count(*) as uses from system_use join grouped using (id) group by 1, 2) c
          on c.head = g.head and c.system_name = u.system_name
        order by 1, 2"""
