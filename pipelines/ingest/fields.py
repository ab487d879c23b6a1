"""The fields of one delivery's rows as SQL: columns, constants, administration and cells to unpivot. No connection is used here."""

import re
from dataclasses import dataclass

from pipelines.contracts.codes import Codes
from pipelines.contracts.model import Column, Contract
from pipelines.ingest.expressions import Cast, cast_of, literal, lookup, trimmed
from pipelines.ingest.layout import Layout


@dataclass(frozen=True)
class Field:
    """One field of a row, ready as SQL over the table `source`, with the source column it came from."""

    name: str
    cast: Cast
    source_column: str | None
    required: bool

    @property
    def fault(self) -> str:
        """When a field makes its row bad: there was text and no value came of it, or there had to be a value."""
        missing = f" or ({self.cast.value}) is null" if self.required else ""
        return f"({self.cast.text}) is not null and ({self.cast.value}) is null{missing}"


def row_fields(contract: Contract, layout: Layout, codes: Codes, file_name: str) -> list[Field]:
    """The fields a row has before unpivoting, the administration first, then columns, constants and cells to unpivot."""
    fields = [_administration(contract, layout, codes)]
    for column in contract.columns:
        definition = contract.field(column.name)
        text = _text_of(column, layout)
        cast = cast_of(column, definition, text, contract, codes.by_field.get(column.name))
        fields.append(Field(column.name, cast, _source_column(column), column.required or definition.required))
    for name, value in _constants(contract, file_name).items():
        definition = contract.field(name)
        cast = cast_of(Column(name=name), definition, literal(value), contract, None)
        fields.append(Field(name, cast, None, definition.required))
    return fields + _cells(contract, layout)


def _text_of(column: Column, layout: Layout) -> str:
    cells = [trimmed(cell) if (cell := layout.cell(name)) else "cast(null as varchar)" for name in column.source_names]
    if not column.compose:
        return cells[0]
    return "(" + f" || {literal(column.compose.separator)} || ".join(cells) + ")"


def _source_column(column: Column) -> str:
    return " + ".join(column.source_names)


def _constants(contract: Contract, file_name: str) -> dict[str, str]:
    """Values that are the same in every row: from the contract, and from named groups of the file's name."""
    price_year = contract.amounts.price_year
    given = {"price_year": str(price_year)} if price_year and "price_year" in contract.dataset.fields else {}
    match = re.fullmatch(contract.file.file_pattern, file_name)
    named = {n: v for n in contract.file.file_fields if match and (v := match.group(n)) is not None}
    return {
        n: v for n, v in (given | contract.constants | named).items() if n not in {c.name for c in contract.columns}
    }


def _administration(contract: Contract, layout: Layout, codes: Codes) -> Field:
    rule = contract.administration
    if rule.code is not None:
        value = literal(rule.code)
        return Field("administration_code", Cast(value, value, "", ""), None, True)
    text = trimmed(str(layout.cell(str(rule.column))))
    value = lookup(text, codes.administrations) if codes.administrations else text
    if codes.known_administrations is not None:
        known = ", ".join(map(literal, codes.known_administrations))
        value = f"case when {value} in ({known}) then {value} end"
    return Field(
        "administration_code",
        Cast(value, text, "unknown_administration", "an administration of the code list"),
        rule.column,
        True,
    )


def _cells(contract: Contract, layout: Layout) -> list[Field]:
    if not contract.unpivot:
        return []
    definition = contract.field(contract.unpivot.into)
    cells = []
    for number, header in enumerate(contract.unpivot.columns):
        cast = cast_of(
            Column(name=contract.unpivot.into), definition, trimmed(str(layout.cell(header))), contract, None
        )
        cells.append(Field(f"cell_{number}", cast, header, definition.required))
    return cells
