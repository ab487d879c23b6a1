"""Which system uses are the same product: catalogue key first, then names, supplier and task together."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.ingest.expressions import literal
from pipelines.linkage.decisions import Decision
from pipelines.linkage.groups import group, raw_rows
from pipelines.transform.build import Build

PRODUCT_SIMILARITY = 0.94


def link_products(
    connection: duckdb.DuckDBPyConnection, build: Build, target: Path, decisions: Sequence[Decision] = ()
) -> list[Decision]:
    """One row per system use (administration and the source's key), with the product that it is a use of.

    Returns the decisions that name a system use nobody delivers.

    Needs the tables that linking suppliers leaves: `spelling` and `supplier_group`.
    """
    delivery = f"read_parquet({literal(str(build.source('raw_delivery') / '*.parquet'))})"
    connection.execute(
        f"""create table system_use as
        with newest as (
            select *, row_number() over (partition by administration_code, system_key
                                         order by business_date desc, received_at desc, source_row_number) as n
            from {raw_rows(build, "systems")}
            join (select delivery_id, business_date, received_at from {delivery}) using (delivery_id)
        )
        select 'p' || left(md5(administration_code || '|' || system_key), 12) as id, administration_code, system_key, system_name,
               core(system_name, coalesce(p.firm_name, '')) as name, core(former_name, coalesce(p.firm_name, '')) as former,
               catalogue_key, split_part(capability_codes, '|', 1) as task, g.head as supplier
        from newest
        left join spelling p on p.name = coalesce(supplier_name, '') and p.written_code = coalesce(supplier_registration_code, '')
        left join supplier_group g on g.id = p.id
        where n = 1"""
    )
    members = "select id, administration_code || '/' || system_key from system_use"
    unknown = group(connection, members, product_pairs(), decisions)
    connection.execute(f"copy ({_table()}) to {literal(str(target))} (format parquet)")
    return unknown


def product_pairs() -> str:
    """Pairs of uses of the same product as (id, id, method, probability, reason).

    The same name from another supplier is the same product only for the same task: resellers are common, and so are names
    that two suppliers use for different things.
    """
    alike = "jaro_winkler_similarity(a.name, b.name)"
    digits = "regexp_replace({}.name, '[^0-9]', '', 'g')"
    return f"""
        with pair as (
            select a.id as a, b.id as b, a.name as name_a, b.name as name_b, a.system_name as shown_a, b.system_name as shown_b,
                   coalesce(a.supplier = b.supplier, false) as is_same_supplier,
                   a.supplier is null or b.supplier is null as is_supplier_unknown,
                   a.task is not null and b.task is not null and near(a.task, b.task) as is_same_task,
                   near(a.task, b.task) as may_be_same_task,
                   {digits.format("a")} = {digits.format("b")} as is_same_number, {alike} as similarity,
                   a.former as former_a, b.former as former_b
            from system_use a join system_use b on a.id < b.id
             and (a.supplier = b.supplier or a.name = b.name or a.former = b.name or b.former = a.name)
        )
        select h.id, u.id, 'catalogue_key', 1.0, 'Same key in the shared catalogue'
        from system_use u
        join (select min(id) as id, catalogue_key from system_use where catalogue_key is not null group by 2) h using (catalogue_key)
        union all
        select a, b, 'same_name', case when is_same_supplier then 0.99 when is_same_task then 0.92 else 0.88 end,
               case when is_same_supplier then 'Same name and supplier'
                    when is_same_task then 'Same name and task' else 'Same name, supplier not given by one of them' end
        from pair
        where name_a = name_b and (is_same_supplier and may_be_same_task or is_same_task or is_supplier_unknown and may_be_same_task)
        union all
        select a, b, 'former_name', 0.95, 'The former name of one is the name of the other, same supplier or task'
        from pair
        where ((former_a = name_b and former_a <> '') or (former_b = name_a and former_b <> '')) and (is_same_supplier or is_same_task)
        union all
        select a, b, 'similar_name', round(least(similarity, 0.98) * 0.97, 4),
               'Names alike (' || shown_a || ', ' || shown_b || '), same supplier'
        from pair
        where is_same_supplier and name_a <> name_b and may_be_same_task and is_same_number
          and (similarity >= {PRODUCT_SIMILARITY} or shortened(name_a, name_b) or replace(name_a, ' ', '') = replace(name_b, ' ', '')
               or damerau_levenshtein(name_a, name_b) <= least(length(name_a), length(name_b)) // 8
               or is_same_task and (prefix(name_a, name_b || ' ') or prefix(name_b, name_a || ' ')))
        order by 1, 2"""


def _table() -> str:
    return """
        select u.administration_code, u.system_key, u.id as use_product_id, g.head as product_id,
               first_value(u.system_name) over (partition by g.head order by c.uses desc, length(u.system_name), u.system_name)
                   as product_name,
               coalesce(l.method, 'only_use') as link_method, coalesce(l.probability, 1.0) as link_probability,
               coalesce(l.reason, 'The only use of this product') as link_reason
        from system_use u join grouped g using (id) left join linked l using (id)
        join (select head, system_name, count(*) as uses from system_use join grouped using (id) group by 1, 2) c
          on c.head = g.head and c.system_name = u.system_name
        order by 1, 2"""
