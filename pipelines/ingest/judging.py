"""One look at a delivery's text: every row with its typed fields, and whether it is bad, blank or a sender's total.

SQL over cells c0, c1 ...; a reader that can runs it while it reads, so that a ledger's text is never kept. What follows for
the delivery as a whole is decided in conform.py.
"""

from dataclasses import dataclass, field

import duckdb

from pipelines.contracts.codes import Codes
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Correction
from pipelines.errors import DeliveryRefused
from pipelines.ingest.archive import Delivery
from pipelines.ingest.controls import condition, correction_misfit, violation
from pipelines.ingest.expressions import literal, trimmed
from pipelines.ingest.fields import Field, row_fields, typed_rows
from pipelines.ingest.layout import Layout, match_headers


@dataclass
class Judging:
    """How the rows of one delivery are judged. `layout` and `fields` are there once the header is known."""

    contract: Contract
    delivery: Delivery
    codes: Codes
    layout: Layout = field(default_factory=lambda: Layout({}, ()))
    fields: list[Field] = field(default_factory=list)

    def know(self, headers: tuple[str, ...], name: str) -> None:
        """Take the header of the delivery, or of a further file of it, called `name`.

        Raises DeliveryRefused when it does not fit the contract, or when the files' headers differ.
        """
        if self.fields and headers != self.layout.headers:
            raise DeliveryRefused(
                f"{self.delivery.file_name}: expected the same header in every file, found another one in {name}."
            )
        self.layout = match_headers(self.contract, headers, self.delivery.file_name)
        self.fields = row_fields(self.contract, self.layout, self.codes, self.delivery.file_names[0])

    @property
    def key(self) -> list[str]:
        """The fields of these rows that together occur once."""
        names = {f.name for f in self.fields}
        return [name for name in self.contract.key if name in names]

    @property
    def is_looked_at_again(self) -> bool:
        """Whether rows are needed whole once they are judged: for their keys, their wide cells, or a footer among them."""
        return bool(self.key or self.contract.unpivot or self.contract.file.skip_footer)

    @property
    def corrections(self) -> list[Correction]:
        """The corrections that this delivery's business date calls for."""
        day = self.delivery.business_date
        return [c for c in self.contract.corrections if not c.business_dates or day in c.business_dates]

    def over(self, relation: str, numbered: bool) -> str:
        """SQL that judges the rows of a relation of text; `numbered` when it has a `source_row_number`.

        Gives the fields, `is_bad`, `is_blank`, `is_total`, the `hits` of corrections, and the row's `cells` as a list where it
        is one of those (null for good rows, whose text is not needed again).
        """
        cells = [f"c{n}" for n in range(len(self.layout.headers))]
        number = ["source_row_number"] if numbered else []
        keep = [*number, "is_blank", "is_total", "hits"]
        marked = (
            f"(select *, {self._blank(cells)} as is_blank, {self._total()} as is_total from {self._mended(relation)})"
        )
        typed = typed_rows(self.fields, marked, ", ".join(keep + cells))
        broken = [f.fault for f in self.fields] + [violation(rule) for rule in self.contract.row_rules]
        bad = " or ".join(f"coalesce({fault}, false)" for fault in broken)
        kept = ", ".join([*keep, *(f.name for f in self.fields)])
        needed = "true" if self.is_looked_at_again else "is_bad or is_blank or is_total"
        return (
            f"select {kept}, is_bad, case when {needed} then [{', '.join(cells)}] end as cells "
            f"from (select {kept}, {', '.join(cells)}, {bad} as is_bad from ({typed}))"
        )

    def _blank(self, cells: list[str]) -> str:
        return f"coalesce({', '.join(map(trimmed, cells))}) is null" if cells else "true"

    def _total(self) -> str:
        totals = self.contract.file.total_rows
        if not totals:
            return "false"
        cell = trimmed(str(self.layout.cell(totals.column)))
        return f"coalesce(regexp_matches({cell}, {literal(totals.pattern)}), false)"

    def mended_cells(self) -> dict[str, str]:
        """The SQL of every cell that a correction may change. Raises DeliveryRefused when the file lacks a column it names."""
        mended: dict[str, str] = {}
        for correction in self.corrections:
            where, cell = condition(correction, self.layout), str(self.layout.cell(correction.column))
            replaced = correction.action == "replace" and correction.value is not None
            value = literal(str(correction.value)) if replaced else "null"
            mended[cell] = f"case when {where} then {value} else {mended.get(cell, cell)} end"
        return mended

    def _mended(self, relation: str) -> str:
        """The relation with the source's known errors mended, and which corrections hit each row."""
        replaced = ", ".join(f"{expression} as {cell}" for cell, expression in self.mended_cells().items())
        hits = [f"coalesce({condition(correction, self.layout)}, false)" for correction in self.corrections]
        listed = f"[{', '.join(hits)}]" if hits else "null"
        return f"(select *{f' replace ({replaced})' if replaced else ''}, {listed} as hits from {relation})"

    def check_corrections(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Hold each correction's guard against the rows judged: the table `judged`.

        Raises DeliveryRefused when one does not hit as many rows as it expects: the source was fixed, or broke anew.
        """
        for number, correction in enumerate(self.corrections, start=1):
            row = connection.execute(f"select count(*) from judged where hits[{number}]").fetchone()
            if row != (correction.expect,):
                raise DeliveryRefused(correction_misfit(correction, self.contract, self.delivery, row[0] if row else 0))
