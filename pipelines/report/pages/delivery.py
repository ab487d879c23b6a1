"""How to deliver: for each contract a page for its sender, generated from the contract, that can be sent to it as it is."""

import re
from collections.abc import Iterator
from typing import Any

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Column
from pipelines.report.language import Language
from pipelines.report.names import slug
from pipelines.report.page import Page, Sources

EXAMPLE_TEXTS = {
    "text": "Abc",
    "code": "A-1",
    "codes": "A-1",
    "integer": "12",
    "number": "12",
    "year": "2026",
    "boolean": "1",
}
MANY_CODES = 12
GROUP = re.compile(r"\((?:\?P<\w+>)?(?P<content>[^()]*)\)(?P<optional>\?)?")


def delivery(sources: Sources) -> Iterator[Page]:
    """`delivery.html`, and `delivery/<contract>.html` for each contract in force."""
    language = sources.language
    yield Page(
        path="delivery.html",
        template="delivery.html.j2",
        title=str(language.text("How to deliver")),
        section="delivery.html",
        content={"contracts": sources.contracts, "dataset_label": language.dataset},
    )
    for contract in sources.contracts:
        yield Page(
            path=f"delivery/{slug(contract.id)}.html",
            template="delivery_one.html.j2",
            title=contract.title,
            section="delivery.html",
            is_alone=True,
            content={
                "contract": contract,
                "columns": [_column(contract, column, language) for column in contract.columns],
                "dataset_label": language.dataset,
                "example_name": example_name(contract.file.file_pattern),
            },
        )


def example_name(pattern: str) -> str:
    """A file name that a contract's pattern takes; the pattern itself where none can be made out of it.

    The day is 31 March 2026, other groups are letters.
    """
    written = pattern
    while written != (simpler := GROUP.sub(_filled, written)):
        written = simpler
    parts = iter(("03", "31"))
    for digits, value in ((r"\d{8}", "20260331"), (r"\d{6}", "202603"), (r"\d{4}", "2026")):
        written = written.replace(digits, value)
    written = re.sub(r"\\d\{2\}", lambda _: next(parts, "01"), written).replace("\\.", ".")
    return written if re.fullmatch(pattern, written) else pattern


def _filled(group: re.Match[str]) -> str:
    """What stands in a group's place: its digits; nothing for optional letters; a letter for letters that must be there."""
    if r"\d" in group["content"]:
        return group["content"]
    return "" if group["optional"] else "A"


def _column(contract: Contract, column: Column, language: Language) -> dict[str, Any]:
    """One column as its sender sees it: header, meaning, form, an example, and what is accepted."""
    field = contract.field(column.name)
    codes = dict(column.code_list or {})
    return {
        "headers": column.source_names,
        "label": field.label_da if language.code == "da" else column.name.replace("_", " "),
        "meaning": field.description,
        "kind": field.type,
        "is_required": column.required or field.required,
        "is_optional": column.optional,
        "form": _form(contract, column, field.type),
        "example": next(iter(codes), "") or _example(contract, column, field.type),
        "codes": list(codes.items())[:MANY_CODES],
        "more_codes": max(len(codes) - MANY_CODES, 0),
        "separator": column.multi_valued,
        "register": column.register_code,
    }


def _form(contract: Contract, column: Column, kind: str) -> str:
    """How a value is written: the formats of dates, the marks of numbers; empty where nothing is asked."""
    if kind == "date":
        return ", ".join(column.formats or contract.dates)
    if kind in ("amount", "number"):
        return f"1{contract.numbers.thousands}234{contract.numbers.decimal}50"
    return ""


def _example(contract: Contract, column: Column, kind: str) -> str:
    if kind == "date":
        written = (column.formats or contract.dates)[0]
        return written.replace("yyyy", "2026").replace("MM", "03").replace("dd", "31").replace("yy", "26")
    if column.register_code == "cvr":
        return "10150817"
    return _form(contract, column, kind) or EXAMPLE_TEXTS.get(kind, "Abc")
