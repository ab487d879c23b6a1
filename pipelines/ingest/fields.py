"""The fields of one delivery's rows as SQL: columns, constants, administration and cells to unpivot. No connection is used here."""

import re
from dataclasses import dataclass

from pipelines.contracts.codes import Codes
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Column
from pipelines.ingest.expressions import Cast, cast_of, literal, lookup, trimmed
from pipelines.ingest.identifiers import CASTS, CVR_CLASS
from pipelines.ingest.layout import Layout


@dataclass(frozen=True)
class Field:
    """One field of a row: the SQL of its text over the columns c0, c1 ..., its cast, and the source column it came from."""

    name: str
    text: str
    cast: Cast
    source_column: str | None
    required: bool

    @property
    def given(self) -> str:
        """The column of `typed_rows` that holds what was given for this field, null when nothing was."""
        return f"{self.name}__given"

    @property
    def fault(self) -> str:
        """When this field makes its row bad: something was given and no value came of it, or there had to be a value."""
        return f"{self.name} is null" if self.required else f"{self.given} is not null and {self.name} is null"


def typed_rows(fields: list[Field], source: str, keep: str = "source_row_number") -> str:
    """SQL that casts all fields step by step over the relation `source`, each expression evaluated once.

    Gives `keep`, every field's value under its name and what was given for it under `<name>__given`.
    """
    query = f"select {keep}, {', '.join(f'{f.text} as {f.name}' for f in fields)} from {source}"
    query = _stepwise(query, fields, keep, [f.cast.prepare for f in fields], [])
    given = ", ".join(f"{f.name}, {f.name} as {f.given}" for f in fields)
    query = f"select {keep}, {given} from ({query})"
    return _stepwise(query, fields, keep, [f.cast.make for f in fields], [f.given for f in fields])


def _stepwise(query: str, fields: list[Field], keep: str, steps: list[tuple[str, ...]], carried: list[str]) -> str:
    for depth in range(max((len(s) for s in steps), default=0)):
        columns = [
            f"{own[depth].format(x=f.name)} as {f.name}" if depth < len(own) and own[depth] != "{x}" else f.name
            for f, own in zip(fields, steps, strict=True)
        ]
        query = f"select {', '.join([keep, *columns, *carried])} from ({query})"
    return query


def row_fields(contract: Contract, layout: Layout, codes: Codes, file_name: str) -> list[Field]:
    """The fields a row has before unpivoting, the administration first, then columns, constants and cells to unpivot."""
    fields = [_administration(contract, layout, codes)]
    for column in contract.columns:
        definition = contract.field(column.name)
        cast = CASTS.get(column.register_code or "") or cast_of(
            column, definition, contract, codes.by_field.get(column.name)
        )
        required = column.required or definition.required
        text, origin = _text_of(column, layout, contract), " + ".join(column.source_names)
        fields.append(Field(column.name, text, cast, origin, required))
        if kind := contract.class_fields.get(column.name):
            fields.append(Field(kind, text, CVR_CLASS, origin, False))
    for name, value in _constants(contract, file_name).items():
        definition = contract.field(name)
        fields.append(
            Field(
                name, literal(value), cast_of(Column(name=name), definition, contract, None), None, definition.required
            )
        )
    return fields + _cells(contract, layout)


def _text_of(column: Column, layout: Layout, contract: Contract) -> str:
    cells = [cell_text(layout.cell(name), contract) for name in column.source_names]
    if not column.compose:
        return cells[0]
    if column.compose.empty_parts == "skip":
        return f"nullif(concat_ws({literal(column.compose.separator)}, {', '.join(cells)}), '')"
    return f" || {literal(column.compose.separator)} || ".join(cells)


def cell_text(cell: str | None, contract: Contract) -> str:
    """A cell as trimmed text; null where it is missing, empty, or one of the texts that mean empty."""
    if cell is None:
        return "cast(null as varchar)"
    if not contract.empty_texts:
        return trimmed(cell)
    empties = ", ".join(map(literal, contract.empty_texts))
    return f"case when {trimmed(cell)} not in ({empties}) then {trimmed(cell)} end"


def _constants(contract: Contract, file_name: str) -> dict[str, str]:
    """Values that are the same in every row: from the contract, and from named groups of the file's name."""
    match = re.fullmatch(contract.file.file_pattern, file_name)
    named = {n: v for n in contract.file.file_fields if match and (v := match.group(n)) is not None}
    columns = {c.name for c in contract.columns}
    return {n: v for n, v in (contract.derived_values() | contract.constants | named).items() if n not in columns}


def _administration(contract: Contract, layout: Layout, codes: Codes) -> Field:
    rule = contract.administration
    if rule.code is not None:
        return Field("administration_code", literal(rule.code), Cast((), "missing", "a value"), None, True)
    steps = [lookup("{x}", codes.administrations)] if codes.administrations else []
    if codes.known_administrations is not None:
        known = ", ".join(map(literal, codes.known_administrations))
        steps.append(f"case when {{x}} in ({known}) then {{x}} end")
    cast = Cast(tuple(steps), "unknown_administration", "an administration of the code list")
    return Field("administration_code", trimmed(str(layout.cell(str(rule.column)))), cast, rule.column, True)


def _cells(contract: Contract, layout: Layout) -> list[Field]:
    if not contract.unpivot:
        return []
    definition = contract.field(contract.unpivot.into)
    cast = cast_of(Column(name=contract.unpivot.into), definition, contract, None)
    return [
        Field(f"cell_{number}", cell_text(layout.cell(header), contract), cast, header, definition.required)
        for number, header in enumerate(contract.unpivot.columns)
    ]


def constant_value(contract: Contract, name: str, value: str) -> str:
    """A constant of the contract as a typed SQL expression."""
    cast = cast_of(Column(name=name), contract.field(name), contract, None)
    expression = literal(value)
    for step in (*cast.prepare, *cast.make):
        expression = step.format(x=f"({expression})")
    return expression
