"""Which tasks are covered by what, and where: a heat map of tasks and administrations, and a page of systems for each task."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from pipelines.report.language import Language
from pipelines.report.names import slug
from pipelines.report.page import Page, Sources
from pipelines.report.released import Row, Tables

SHADES = 5
NO_TASK = "none"  # the code of systems that are tied to no task
CELLS = """
    select coalesce(capability_code, business_type_name) as code, capability_name as name, parent_capability_code as parent_code,
        administration_code, administration_name, system_count, borrowed_system_count, product_count, yearly_cost_amount,
        allocated_cost_amount, known_cost_pct, user_count, capability_system_count, capability_administration_count,
        capability_product_count, overlap_index_value, sign_off_state_code
    from mart_capability_map where taxonomy_code = ? and capability_level = ? order by code, administration_code
"""
# A system belongs to the tasks it is tied to and to every task above them.
SYSTEMS_OF_TASKS = """
    with recursive above as (
        select capability_code as own_code, capability_code as code from dim_capability
        union
        select above.own_code, parents.parent_capability_code from above
        inner join dim_capability parents on above.code = parents.capability_code
        where parents.parent_capability_code is not null
    ),
    tied as (
        select distinct above.code, tasks.system_id from fct_system_capability tasks
        inner join above on tasks.capability_code = above.own_code
        union
        select 'none', system_id from mart_it_landscape where capability_codes is null and is_in_use
    )
    select tied.code, system.* from tied inner join mart_it_landscape system using (system_id) where is_in_use
    order by tied.code, product_name, administration_code, system_name
"""
SYSTEMS_OF_TYPES = """
    select business_type_name as code, * from mart_it_landscape where is_in_use and business_type_name is not null
    order by business_type_name, product_name, administration_code, system_name
"""


def capability_map(sources: Sources) -> Iterator[Page]:
    """`map.html`, and `map/<code>.html` for each task of the highest level (for each business type where there are no tasks)."""
    tables, language = sources.tables, sources.language
    taxonomy = _taxonomy(tables)
    cells = tables.rows(CELLS, taxonomy, 1)
    lower = tables.rows(CELLS, taxonomy, 2)
    systems = tables.grouped(SYSTEMS_OF_TASKS if taxonomy == "task" else SYSTEMS_OF_TYPES, "code")
    heat = _heat(cells, language)
    yield Page(
        path="map.html",
        template="map.html.j2",
        title=str(language.text("Which tasks are covered by what, where, and how often over?")),
        section="map.html",
        tables=("mart_capability_map",),
        content={"taxonomy": taxonomy, **heat},
    )
    for row in heat["lines"]:
        below = [c for c in lower if c["parent_code"] == row["code"]]
        yield Page(
            path=f"map/{row['slug']}.html",
            template="map_task.html.j2",
            title=row["name"],
            section="map.html",
            tables=("mart_capability_map", "mart_it_landscape"),
            content={"line": row, "systems": systems.get(row["code"], []), "below": _heat(below, language)},
        )


def _taxonomy(tables: Tables) -> str:
    """Tasks where the inventories are tied to some, else the business types that they state."""
    found = tables.rows(
        "select taxonomy_code from mart_capability_map where coalesce(capability_code, '') <> 'none' "
        "group by 1 order by taxonomy_code = 'task' desc limit 1"
    )
    return str(found[0]["taxonomy_code"]) if found else "task"


def _heat(cells: list[Row], language: Language) -> dict[str, Any]:
    """The heat map's columns, its lines with a cell for each column, and the bounds of its shades."""
    columns = {c["administration_code"]: c["administration_name"] for c in cells}
    shaded = "yearly_cost_amount" if any(c["yearly_cost_amount"] for c in cells) else "system_count"
    costs = sorted(float(c[shaded]) for c in cells if c[shaded])
    bounds = [costs[len(costs) * step // SHADES] for step in range(1, SHADES)] if costs else []
    lines = []
    for code, each in groupby(cells, itemgetter("code")):  # as CELLS orders them
        found = list(each)
        by_column = {c["administration_code"]: c | {"shade": _shade(c[shaded], bounds)} for c in found}
        name = language.text("No task stated") if code == NO_TASK else found[0]["name"]
        lines.append(
            {
                "code": code,
                "slug": slug(code),
                "name": name,
                "cells": [by_column.get(column) for column in sorted(columns)],
                "whole": found[0],
                "cost_amount": sum((c["yearly_cost_amount"] or 0 for c in found), start=0) or None,
            }
        )
    return {"columns": [(c, columns[c]) for c in sorted(columns)], "lines": lines, "shaded": shaded}


def _shade(amount: Any, bounds: list[float]) -> int:
    """1 to SHADES by the amount's place among all cells; 0 where nothing is known."""
    return 0 if not amount else 1 + sum(1 for bound in bounds if float(amount) >= bound)
