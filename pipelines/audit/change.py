"""What a delivery or a table looks like as a whole, beside the one before it: rows, known values, magnitudes, signs, kept keys.

One row for each administration and column. What may differ how much is in expectations/change/; nothing is judged here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.audit.engine import literal, quoted

FIGURE_ENDINGS = ("_amount", "_count", "_value")
PROFILE_COLUMNS = {
    "administration_code": "VARCHAR",
    "column_name": "VARCHAR",  # empty: about the rows
    "row_count": "BIGINT",
    "known_count": "BIGINT",
    "sized_count": "BIGINT",  # values that are not 0
    "positive_count": "BIGINT",
    "typical_value": "DOUBLE",  # the median of the values that are not 0, without their sign
}


@dataclass(frozen=True)
class Before:
    """The accepted delivery that another is compared with.

    `is_of_the_same`: both state the same thing whole (a snapshot and the next one, a period delivered again), so that rows and keys
    can be compared; of two periods only shares, magnitudes and signs can.
    """

    parquet: Path
    row_count: int
    is_of_the_same: bool


def profile_sql(relation: str, columns: Iterable[str]) -> str:
    """SQL of the profile of these columns of `relation` (PROFILE_COLUMNS). Which are figures, their names say."""
    parts = ["coalesce(administration_code, '') as administration_code, count(*) as row_count"]
    listed = ["select administration_code, '', row_count, null, null, null, null from profiled"]
    for number, name in enumerate(columns):
        column = quoted(name)
        parts.append(f"count({column}) as known_{number}")
        sized = ["null"] * 3
        if name.endswith(FIGURE_ENDINGS):
            parts.append(f"count(*) filter ({column} <> 0) as sized_{number}")
            parts.append(f"count(*) filter ({column} > 0) as positive_{number}")
            parts.append(f"median(abs(cast({column} as double))) filter ({column} <> 0) as typical_{number}")
            sized = [f"{figure}_{number}" for figure in ("sized", "positive", "typical")]
        figures = ", ".join(["row_count", f"known_{number}", *sized])
        listed.append(f"select administration_code, {literal(name)}, {figures} from profiled")
    typed = ", ".join(f"cast(column{n} as {kind}) as {name}" for n, (name, kind) in enumerate(PROFILE_COLUMNS.items()))
    names = ", ".join(f"column{n}" for n in range(len(PROFILE_COLUMNS)))
    return (
        f"with profiled as materialized (select {', '.join(parts)} from {relation} group by 1) "
        f"select {typed} from ({' union all '.join(listed)}) as listed ({names})"
    )


def change_sql(
    now: str, before: str, delivered: str, fewest: float, *, rows_compare: bool = True, must_be_present: bool = True
) -> str:
    """SQL of what differs between two profiles, by administration and column.

    `delivered`: SQL of the codes of the administrations that must be there; the others may have gone. `fewest`: rows or values
    that both sides must have, below which a share or a magnitude says nothing. A figure that cannot be compared is null.
    `must_be_present`: each of those administrations has to have rows now, whatever it had before.
    """
    ratio = "row_count / before_row_count" if rows_compare else "null"
    present = "row_count" if must_be_present else "null"

    def enough(count: str) -> str:
        return f"least({count}, before_{count}) >= {fewest:g}"

    return f"""
        select administration_code, column_name,
               case when is_delivered then {present} end as delivered_row_count,
               case when is_delivered and before_row_count >= {fewest:g} then {ratio} end as row_ratio,
               case when {enough("row_count")}
                   then before_known_count / before_row_count - known_count / row_count end as known_fall,
               case when {enough("sized_count")}
                   then greatest(typical_value / before_typical_value, before_typical_value / typical_value) end as size_factor,
               case when {enough("sized_count")}
                   then abs(positive_count / sized_count - before_positive_count / before_sized_count) end as sign_shift,
               cast(null as double) as kept_share
        from ({_beside(now, before, delivered)})"""


def kept_keys_sql(now: str, before: str, key: Iterable[str], fewest: float) -> str:
    """SQL of the share of the keys of `before` that `now` still has, by administration, as a row of the change."""
    columns = ", ".join(["administration_code", *map(quoted, key)])
    return f"""
        select administration_code, 'key' as column_name,
               case when count(*) >= {fewest:g} then avg(case when is_kept then 1.0 else 0.0 end) end as kept_share
        from (select distinct {columns} from {before}) as b
        left join (select distinct {columns}, true as is_kept from {now}) as n using ({columns})
        group by administration_code"""


def _beside(now: str, before: str, delivered: str) -> str:
    """Both profiles and the administrations that must be there, by administration and column."""
    figures = [n for n in PROFILE_COLUMNS if n not in ("administration_code", "column_name", "row_count")]
    sides = ", ".join(f"n.{name}, b.{name} as before_{name}" for name in figures)
    return f"""
        select administration_code, column_name, coalesce(n.row_count, 0) as row_count, b.row_count as before_row_count, {sides},
               d.administration_code is not null as is_delivered
        from ({now}) as n
        full join ({before}) as b using (administration_code, column_name)
        full join (select distinct coalesce(administration_code, '') as administration_code, '' as column_name from ({delivered}))
            as d using (administration_code, column_name)"""
