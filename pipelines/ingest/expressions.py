"""SQL expressions that turn one text column into a typed value, and say when they could not.

Pure text building: no connection, no file. Source headers never become SQL (columns are c0, c1 ...); what a contract says
becomes an escaped literal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.contracts.catalogue import FieldDefinition
from pipelines.contracts.model import Column, Contract

BLANKS = " \t\r\n\u00a0\u202f\ufeff"
DATE_TOKENS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "M": "%m",
    "d": "%d",
}
YEAR_STYLES = {"yyyy": r"^(\d{4})$", "yyyy-yyyy": r"^(\d{4})\s*[-/]\s*(?:\d{4}|\d{2})$"}


@dataclass(frozen=True)
class Cast:
    """How one field is made: the typed value, and what is expected of the text when the value cannot be made."""

    value: str
    text: str
    rule: str
    expected: str


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def trimmed(column: str) -> str:
    """A cell without blanks around it, null when nothing is left."""
    return f"nullif(trim({column}, {literal(BLANKS)}), '')"


def cast_of(
    column: Column, field: FieldDefinition, text: str, contract: Contract, code_list: Mapping[str, str] | None
) -> Cast:
    """The cast of one field from the SQL expression `text` (a trimmed cell)."""
    if field.type == "codes":
        return _codes(text, column.multi_valued, code_list)
    if code_list is not None:
        return _coded(text, field, code_list)
    if field.type == "amount":
        return _amount(text, contract, column)
    if field.type in ("number", "integer"):
        return _number(text, contract, field)
    if field.type == "date":
        return _date(text, column.formats or contract.dates, contract)
    if field.type == "year":
        return _year(text, column.formats or ("yyyy",))
    if field.type == "boolean":
        value = f"case when lower({text}) = 'true' then true when lower({text}) = 'false' then false end"
        return Cast(value, text, "not_yes_or_no", "true or false")
    return _text(text, field)


def _text(text: str, field: FieldDefinition) -> Cast:
    if not field.values:
        return Cast(text, text, "missing", "a value")
    allowed = ", ".join(literal(v) for v in field.values)
    return Cast(
        f"case when {text} in ({allowed}) then {text} end", text, "unknown_value", "one of " + ", ".join(field.values)
    )


def _coded(text: str, field: FieldDefinition, code_list: Mapping[str, str]) -> Cast:
    value = f"cast({lookup(text, code_list)} as {field.duckdb_type})"
    if not any(key == "" for key in code_list):
        return Cast(value, text, "unknown_code", "a value of the contract's code list")
    return Cast(value, f"coalesce({text}, '')", "unknown_code", "a value of the contract's code list")


def lookup(text: str, code_list: Mapping[str, str]) -> str:
    """The value that a code list gives for a text; an empty key stands for the empty cell."""
    cases = " ".join(f"when {literal(key)} then {literal(value)}" for key, value in code_list.items())
    return f"case coalesce({text}, '') {cases} end" if cases else "cast(null as varchar)"


def _codes(text: str, separator: str | None, code_list: Mapping[str, str] | None) -> Cast:
    parts = f"string_split({text}, {literal(separator or '|')})"
    clean = f"list_filter(list_transform({parts}, lambda x: {trimmed('x')}), lambda x: x is not null)"
    if code_list is not None:
        clean = f"list_transform({clean}, lambda x: {lookup('x', code_list)})"
        unknown = f"list_count({clean}) < len({clean})"
        value = f"case when {unknown} then null else array_to_string(list_sort(list_distinct({clean})), '|') end"
        return Cast(value, text, "unknown_code", "values of the contract's code list")
    return Cast(f"array_to_string({clean}, '|')", text, "missing", "a value")


def plain_number(text: str, contract: Contract) -> str:
    """A number's text in SQL's own spelling; null when the grouping or a sign stands where it cannot.

    `1.234,56-`, `(1.234,56)` and `-1234,56` are the same number under decimal comma and thousands dot.
    """
    style = contract.numbers
    unified = f"replace(replace({text}, '\u2212', '-'), '+', '')"
    body = (
        f"case when suffix({unified}, '-') then '-' || left({unified}, -1) "
        f"when prefix({unified}, '(') and suffix({unified}, ')') then '-' || {unified}[2:-2] else {unified} end"
    )
    if not style.thousands:
        foreign = literal("." if style.decimal == "," else ",")
        return f"case when not contains({body}, {foreign}) then replace({body}, {literal(style.decimal)}, '.') end"
    if style.thousands == " ":
        body = f"replace(replace({body}, '\u00a0', ' '), '\u202f', ' ')"
    decimal, thousands = re.escape(style.decimal), re.escape(style.thousands)
    pattern = f"-?[0-9]{{1,3}}({thousands}[0-9]{{3}})*({decimal}[0-9]*)?"
    misplaced = f"contains({body}, {literal(style.thousands)}) and not regexp_full_match({body}, {literal(pattern)})"
    plain = f"replace(replace({body}, {literal(style.thousands)}, ''), {literal(style.decimal)}, '.')"
    return f"case when not ({misplaced}) then {plain} end"


def _style(contract: Contract) -> str:
    thousands = f" and thousands {contract.numbers.thousands!r}" if contract.numbers.thousands else ""
    return f"a number with decimal {contract.numbers.decimal!r}{thousands}"


def _amount(text: str, contract: Contract, column: Column) -> Cast:
    unit = column.amount_unit or contract.amounts.unit
    factor = unit * (column.sign or contract.amounts.sign)
    exact = f"try_cast({plain_number(text, contract)} as decimal(28,8)) * {factor}"
    value = f"case when {exact} = round({exact}, 2) then try_cast({exact} as decimal(18,2)) end"
    return Cast(value, text, "not_an_amount", f"{_style(contract)} and no fraction of an øre")


def _number(text: str, contract: Contract, field: FieldDefinition) -> Cast:
    exact = f"try_cast({plain_number(text, contract)} as decimal(28,8))"
    if field.type == "integer":
        return Cast(
            f"case when {exact} = trunc({exact}) then try_cast({exact} as bigint) end",
            text,
            "not_a_whole_number",
            "a whole number",
        )
    return Cast(f"try_cast({exact} as {field.duckdb_type})", text, "not_a_number", _style(contract))


def strptime_format(style: str) -> str:
    """A date style such as `dd.MM.yyyy` in strptime's spelling; text between single quotes stands for itself."""
    out = []
    for quoted, token, other in re.findall(r"'([^']*)'|(yyyy|yy|MM|dd|HH|mm|ss|M|d)|(.)", style):
        out.append(quoted.replace("%", "%%") or DATE_TOKENS.get(token, "") or other.replace("%", "%%"))
    return "".join(out)


def _date(text: str, styles: tuple[str, ...], contract: Contract) -> Cast:
    formats = [strptime_format(style) for style in styles]
    if contract.file.format in ("xlsx", "parquet"):
        formats += ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"]
    options = ", ".join(literal(f) for f in dict.fromkeys(formats))
    given = text
    for empty in contract.empty_dates:
        given = f"nullif({given}, {literal(empty)})"
    parsed = f"cast(try_strptime({given}, [{options}]) as date)"
    value = f"case when year({parsed}) between 1900 and 2200 then {parsed} end"
    return Cast(value, given, "not_a_date", "a date as " + " or ".join(styles))


def _year(text: str, styles: tuple[str, ...]) -> Cast:
    patterns = [YEAR_STYLES.get(style, YEAR_STYLES["yyyy"]) for style in styles]
    found = ", ".join(f"nullif(regexp_extract({text}, {literal(p)}, 1), '')" for p in patterns)
    return Cast(f"try_cast(coalesce({found}) as integer)", text, "not_a_year", "a year as " + " or ".join(styles))
