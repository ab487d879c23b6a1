"""What differs between two releases, table by table: rows, sums and the changes that weigh most. Reads only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release.whole import open_named

MEASURE = re.compile(r"(DECIMAL|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|DOUBLE|FLOAT)")
WEIGHED = "_amount"
Value = str | int | Decimal | float | None


@dataclass(frozen=True)
class Change:
    """One cell of one row, before and after. A row that came or went is one change, of its first amount if it has any."""

    kind: str
    key: dict[str, Value]
    column: str | None
    before: Value
    after: Value


@dataclass(frozen=True)
class TableDifference:
    """A table in two releases. Without a key in either (releases from before they had one), rows are added and removed only.

    `rows`, `sums`: before and after; None where the table or column is not there. Sums are of amount columns that differ.
    """

    table: str
    rows: tuple[int | None, int | None]
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    sums: dict[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.rows[0] == self.rows[1] and not (self.added or self.removed or self.changed or any(self.columns))


def compare(
    before: tuple[Path, dict[str, Any]], after: tuple[Path, dict[str, Any]], tables: Sequence[str] = (), most: int = 5
) -> list[TableDifference]:
    """The differences of two releases, each a folder and its manifest; of all tables or of some, `most` changes of each.

    A table whose count and checksum agree in both manifests is the same and is not read.
    """
    (old_folder, old), (new_folder, new) = before, after
    with open_named(old=old_folder, new=new_folder) as connection:
        found = []
        for name in sorted(tables or set(old["tables"]) | set(new["tables"])):
            one, two = old["tables"].get(name), new["tables"].get(name)
            if one is None or two is None:
                found.append(TableDifference(name, (one and one["rows"], two and two["rows"])))
            elif (one["rows"], one["checksum"]) == (two["rows"], two["checksum"]):
                found.append(TableDifference(name, (one["rows"], two["rows"])))
            else:
                key = two.get("key") or one.get("key") or []
                found.append(_Tables(connection, name, key).difference(most))
    return found


class _Tables:
    """One table as it is in both attached releases."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, key: Sequence[str]) -> None:
        self.connection, self.name = connection, name
        self.old, self.new = self._columns("old"), self._columns("new")
        self.common = [c for c in self.new if c in self.old]
        self.key = list(key) if all(c in self.common for c in key) else []
        self.cells = [c for c in self.common if c not in self.key]

    def _columns(self, database: str) -> dict[str, str]:
        rows = self.connection.execute(f'describe {database}."{self.name}"').fetchall()
        return {row[0]: row[1] for row in rows}

    def _one(self, query: str) -> tuple[Any, ...]:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row

    def difference(self, most: int) -> TableDifference:
        (old_rows,) = self._one(f'select count(*) from old."{self.name}"')
        (new_rows,) = self._one(f'select count(*) from new."{self.name}"')
        self.connection.execute(f"create or replace temp table pairs as {self._keyed() if self.key else self._whole()}")
        counts = dict(self.connection.execute("select kind, count(*) from pairs group by 1").fetchall())
        return TableDifference(
            self.name,
            (old_rows, new_rows),
            added=counts.get("added", 0),
            removed=counts.get("removed", 0),
            changed=counts.get("changed", 0),
            columns=(tuple(c for c in self.old if c not in self.new), tuple(c for c in self.new if c not in self.old)),
            sums=self._sums(),
            changes=tuple(self._changes(most)),
        )

    def _keyed(self) -> str:
        """Rows by key that came, went or differ in a column that both have: the key, and both rows."""
        on = " and ".join(f'a."{c}" is not distinct from b."{c}"' for c in self.key)
        keys = ", ".join(f'case when b.is_there then b."{c}" else a."{c}" end as "{c}"' for c in self.key)
        cells = ", ".join(f'"{c}" := {{0}}."{c}"' for c in self.cells)
        one, two = (f"struct_pack({cells.format(side)})" if cells else "null" for side in "ab")
        kind = "case when a.is_there is null then 'added' when b.is_there is null then 'removed' else 'changed' end"
        return f"""
            select {kind} as kind, {keys}, {one} as before, {two} as after
            from (select *, true as is_there from old."{self.name}") as a
            full join (select *, true as is_there from new."{self.name}") as b on {on}
            where a.is_there is null or b.is_there is null or {one} is distinct from {two}"""

    def _whole(self) -> str:
        """Rows that only one of the two has, counted as often as they are there."""
        columns = ", ".join(f'"{c}"' for c in self.common)
        cells = "struct_pack(" + ", ".join(f'"{c}" := t."{c}"' for c in self.common) + ")"
        old, new = (f'select {columns} from {side}."{self.name}"' for side in ("old", "new"))
        return f"""
            select 'removed' as kind, {cells} as before, null as after from ({old} except all {new}) as t
            union all select 'added', null, {cells} from ({new} except all {old}) as t"""

    def _sums(self) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        amounts = [c for c in self.common if c.endswith(WEIGHED) and MEASURE.match(self.new[c])]
        if not amounts:
            return {}
        summed = ", ".join(f'sum("{c}")' for c in amounts)
        old, new = (self._one(f'select {summed} from {side}."{self.name}"') for side in ("old", "new"))
        return {c: (o, n) for c, o, n in zip(amounts, old, new, strict=True) if o != n}

    def _changes(self, most: int) -> list[Change]:
        """The changes that weigh most: of amounts by how much, then rows that came and went, then any other cell."""
        shown = self.key or [c for c in self.common if not MEASURE.match(self.new[c])][:3]
        cells = self.cells if self.key else self.common
        keys = ", ".join(f'"{c}"' if self.key else f'coalesce(after, before)."{c}" as "{c}"' for c in shown)
        amounts = [
            c for c in cells if c.endswith(WEIGHED) and MEASURE.match(self.new[c]) and MEASURE.match(self.old[c])
        ]
        queries = [self._cell(keys, c, c in amounts) for c in cells]
        first = (
            f'cast(before."{amounts[0]}" as varchar), cast(after."{amounts[0]}" as varchar)'
            if amounts
            else "null, null"
        )
        weight = f'abs(coalesce(after."{amounts[0]}", before."{amounts[0]}", 0))' if amounts else "0"
        named = f"'{amounts[0]}'" if amounts else "null"
        queries.append(
            f"select {keys}, kind, {named} as changed_column, {first}, 1 as first, cast({weight} as double) as weight "
            "from pairs where kind <> 'changed'"
        )
        size = len(shown)
        order = ", ".join(["weight desc", "first desc", *(str(n + 1) for n in range(size + 2))])
        rows = self.connection.execute(
            f"select * from ({' union all '.join(queries)}) order by {order} limit {most}"
        ).fetchall()
        return [Change(r[size], dict(zip(shown, r[:size], strict=True)), *r[size + 1 : size + 4]) for r in rows]

    def _cell(self, keys: str, column: str, is_amount: bool) -> str:
        weight = f'abs(coalesce(after."{column}", 0) - coalesce(before."{column}", 0))' if is_amount else "0"
        return f"""
            select {keys}, kind, '{column}' as changed_column, cast(before."{column}" as varchar), cast(after."{column}" as varchar),
                0 as first, cast({weight} as double) as weight
            from pairs where kind = 'changed' and before."{column}" is distinct from after."{column}\""""
