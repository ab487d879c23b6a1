"""How one text cell becomes a typed value: SQL expressions in steps, each evaluated once, and what is expected of the text.

Pure text building: no connection, no file. Source headers never become SQL (columns are c0, c1 ...); what a contract says
becomes an escaped literal. In a step, `{x}` stands for what the step before made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.contracts.catalogue import FieldDefinition
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import Column, Numbers

BLANKS = " \t\r\n\u00a0\u202f\ufeff"
MINUS = "\u2212"
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
DIGITS_LOST = r"^-?[0-9]([.,][0-9]+)?[eE]\+[0-9]+$"
EXPONENT = "(contains({x}, 'E') or contains({x}, 'e'))"
WIDE = "decimal(28,8)"  # holds any number exactly, and takes fifty times as long to parse as 18 digits do
YES_NO = {
    "true": ("true", "ja", "yes", "j", "y", "sand", "x", "1"),
    "false": ("false", "nej", "no", "n", "falsk", "0"),
}
EXCEL_DATES = "excel"
MAX_EXCEL_DAY = 200_000  # in the year 2447; greater numbers are no dates, and may not even fit an integer
YEAR_STYLES = {"yyyy": r"^(\d{4})$", "yyyy-yyyy": r"^(\d{4})\s*[-/]\s*(?:\d{4}|\d{2})$"}


@dataclass(frozen=True)
class Cast:
    """How a field is made of its text: `prepare` steps keep it text, `make` steps end in the value.

    After `prepare`, null means that nothing was given; when something was given and no value came, `rule` was broken.
    """

    make: tuple[str, ...]
    rule: str
    expected: str
    prepare: tuple[str, ...] = ()


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def trimmed(column: str) -> str:
    """A cell without blanks around it, null when nothing is left: a call of the macro that `cell_macros` makes."""
    return f"trimmed({column})"


def cell_macros(rare_blanks: bool = True, shortened: bool = True) -> list[str]:
    """The statements that make the macros `trimmed` and `digits_lost` for one delivery.

    `rare_blanks`: a cell may begin or end with another blank than the space; `shortened`: a cell may hold a number such as
    `5,798E+12`. Where the file shows that neither can be, nearly all of the work on millions of cells is saved. Trimming
    walks through a text character by character, and nearly all cells need none: a look at their ends says so.
    """
    ends = " or ".join(f"suffix(x, {literal(blank)})" for blank in (BLANKS if rare_blanks else " "))
    starts = "(x < '!' or x >= '\u00a0')" if rare_blanks else "x < '!'"
    walked = f"nullif(trim(x, {literal(BLANKS)}), '')"
    lost = f"contains(x, '+') and regexp_matches(x, {literal(DIGITS_LOST)})" if shortened else "false"
    return [
        f"create or replace macro trimmed(x) as case when {starts} or {ends} then {walked} else x end",
        f"create or replace macro digits_lost(x) as {lost}",
    ]


def cast_of(column: Column, field: FieldDefinition, contract: Contract, code_list: Mapping[str, str] | None) -> Cast:
    """The cast of one field, as the contract says it is written."""
    if field.type == "codes":
        return _codes(column.multi_valued, code_list)
    if code_list is not None:
        return _coded(field, code_list)
    if field.type == "amount":
        return _amount(contract, column)
    if field.type in ("number", "integer"):
        return _number(contract, field)
    if field.type == "date":
        return _date(column.formats or contract.dates, contract)
    if field.type == "year":
        return _year(column.formats or ("yyyy",))
    if field.type == "boolean":
        words = " ".join(
            f"when lower({{x}}) in ({', '.join(map(literal, texts))}) then {value}" for value, texts in YES_NO.items()
        )
        return Cast((f"case {words} end",), "not_yes_or_no", "yes or no (ja/nej, true/false, x, 1/0)")
    return _text(field)


def _text(field: FieldDefinition) -> Cast:
    if field.type == "code" and not field.values:
        whole = "case when not digits_lost({x}) then {x} end"
        expected = (
            "a code with all its digits (a spreadsheet shortened it: format the column as text and deliver again)"
        )
        return Cast((whole,), "digits_lost", expected)
    if not field.values:
        return Cast(("{x}",), "missing", "a value")
    allowed = ", ".join(literal(v) for v in field.values)
    return Cast(
        (f"case when {{x}} in ({allowed}) then {{x}} end",), "unknown_value", "one of " + ", ".join(field.values)
    )


def _coded(field: FieldDefinition, code_list: Mapping[str, str]) -> Cast:
    prepare = ("coalesce({x}, '')",) if "" in code_list else ()
    found = f"cast({lookup('{x}', code_list)} as {field.duckdb_type})"
    return Cast((found,), "unknown_code", "a value of the contract's code list", prepare)


def lookup(text: str, code_list: Mapping[str, str]) -> str:
    """The value that a code list gives for a text; an empty key stands for the empty cell."""
    cases = " ".join(f"when {_braced(literal(key))} then {_braced(literal(value))}" for key, value in code_list.items())
    return f"case {text} {cases} end" if cases else "cast(null as varchar)"


def _braced(text: str) -> str:
    """Literals inside a step keep their braces."""
    return text.replace("{", "{{").replace("}", "}}")


def _codes(separator: str | None, code_list: Mapping[str, str] | None) -> Cast:
    parts = f"list_transform(string_split({{x}}, {_braced(literal(separator or '|'))}), lambda x: {trimmed('x')})"
    clean = f"list_filter({parts}, lambda x: x is not null)"
    if code_list is None:
        return Cast((clean, "array_to_string({x}, '|')"), "missing", "a value")
    mapped = f"list_transform({{x}}, lambda x: {lookup('x', code_list)})"
    joined = "case when list_count({x}) = len({x}) then array_to_string(list_sort(list_distinct({x})), '|') end"
    return Cast((clean, mapped, joined), "unknown_code", "values of the contract's code list")


def plain_number(contract: Contract) -> tuple[str, ...]:
    """Steps to a number's text in SQL's own spelling; null when grouping or sign stands where it cannot.

    `1.234,56-`, `(1.234,56)` and `-1234,56` are the same number under decimal comma and thousands dot.
    """
    style = contract.numbers
    unified = (
        "case when contains({x}, '_') then null when prefix({x}, '+') then {x}[2:] "  # DuckDB reads 1_0 as ten
        f"when contains({{x}}, '{MINUS}') then replace({{x}}, '{MINUS}', '-') else {{x}} end"
    )
    if style.scientific == "refuse":
        unified = f"case when not {EXPONENT} then {unified} end"
    signed = (
        "case when suffix({x}, '-') then '-' || left({x}, -1) "
        "when prefix({x}, '(') and suffix({x}, ')') then '-' || {x}[2:-2] else {x} end"
    )
    if not style.thousands:
        foreign = literal("." if style.decimal == "," else ",")
        plain = f"case when not contains({{x}}, {foreign}) then replace({{x}}, {literal(style.decimal)}, '.') end"
        return unified, signed, plain
    if style.thousands == " ":
        unified = f"replace(replace({unified}, '\u00a0', ' '), '\u202f', ' ')"
    pattern = literal(f"-?{_digits(style)}({re.escape(style.decimal)}[0-9]*)?")
    misplaced = f"contains({{x}}, {literal(style.thousands)}) and not regexp_full_match({{x}}, {_braced(pattern)})"
    return unified, signed, f"case when not ({misplaced}) then {_ungrouped(style)} end"


def _digits(style: Numbers) -> str:
    """The pattern of a number's digits before its decimals."""
    return f"([0-9]+|[0-9]{{1,3}}({re.escape(style.thousands)}[0-9]{{3}})+)" if style.thousands else "[0-9]+"


def _ungrouped(style: Numbers) -> str:
    """A number's text without thousands and with a decimal point."""
    text = f"replace({{x}}, {literal(style.thousands)}, '')" if style.thousands else "{x}"
    return f"replace({text}, {literal(style.decimal)}, '.')" if style.decimal != "." else text


def _number_of(contract: Contract, decimals: int, usual: str, steps: tuple[str, ...]) -> str:
    """A number in one step: `usual` makes it of a plain text, `steps` of what is written in a rarer way.

    Nearly all numbers are digits with grouping, at most so many `decimals` and a minus: one pattern knows those. Taking a text
    apart piece by piece is many times as dear, and done for the others only.
    """
    style = contract.numbers
    fraction = f"({re.escape(style.decimal)}[0-9]{{0,{decimals}}})?" if decimals else ""
    number, plain = f"{_digits(style)}{fraction}", _ungrouped(style)
    leading = f"regexp_full_match({{x}}, {_braced(literal(f'-?{number}'))})"
    trailing = f"suffix({{x}}, '-') and regexp_full_match({{x}}, {_braced(literal(f'{number}-'))})"
    pieces = "[{x}]"
    for step in (*plain_number(contract), *steps):
        pieces = f"list_transform({pieces}, lambda x: {step.replace('{x}', 'x')})"
    negative = usual.replace("{x}", plain.replace("{x}", "left({x}, -1)"))
    return (
        f"case when {leading} then {usual.replace('{x}', plain)} when {trailing} then -{negative} else {pieces}[1] end"
    )


def _style(contract: Contract) -> str:
    thousands = f" and thousands {contract.numbers.thousands!r}" if contract.numbers.thousands else ""
    scientific = " and all its digits" if contract.numbers.scientific == "refuse" else ""
    return f"a number with decimal {contract.numbers.decimal!r}{thousands}{scientific}"


def _amount(contract: Contract, column: Column) -> Cast:
    unit = column.amount_unit or contract.amounts.unit
    factor = unit * (column.sign or contract.amounts.sign)
    scale = 2 + len(str(unit)) - 1  # so many decimals of a unit are whole øre
    exact = f"try_cast({{x}} as {WIDE}) * {factor}"
    rare = f"case when {exact} = round({exact}, 2) then try_cast({exact} as decimal(18,2)) end"
    usual = f"try_cast(try_cast({{x}} as decimal(18,{scale})) * {factor} as decimal(18,2))"
    value = _number_of(contract, scale, usual, (rare,))
    return Cast((value,), "not_an_amount", f"{_style(contract)} and no fraction of an øre")


def _number(contract: Contract, field: FieldDefinition) -> Cast:
    if field.type == "integer":
        exact = f"try_cast({{x}} as {WIDE})"
        rare = f"case when {exact} = trunc({exact}) then try_cast({exact} as bigint) end"
        usual = "cast(try_cast({x} as decimal(18,0)) as bigint)"
        other = _number_of(contract, 0, usual, (rare,))
        value = f"case when cast(try_cast({{x}} as bigint) as varchar) = {{x}} then try_cast({{x}} as bigint) else {other} end"
        return Cast((value,), "not_a_whole_number", "a whole number")
    value = f"try_cast({{x}} as {field.duckdb_type})"
    return Cast((*plain_number(contract), value), "not_a_number", _style(contract))


def strptime_format(style: str) -> str:
    """A date style such as `dd.MM.yyyy` in strptime's spelling; text between single quotes stands for itself."""
    out = []
    for quoted, token, other in re.findall(r"'([^']*)'|(yyyy|yy|MM|dd|HH|mm|ss|M|d)|(.)", style):
        out.append(quoted.replace("%", "%%") or DATE_TOKENS.get(token, "") or other.replace("%", "%%"))
    return "".join(out)


def _date(styles: tuple[str, ...], contract: Contract) -> Cast:
    formats = [strptime_format(style) for style in styles if style != EXCEL_DATES]
    if contract.file.format in ("xlsx", "parquet"):
        formats += ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"]
    options = [_braced(literal(f)) for f in dict.fromkeys(formats)]
    empties = ", ".join(_braced(literal(e)) for e in contract.empty_dates)
    prepare = (f"case when {{x}} not in ({empties}) then {{x}} end",) if empties else ()
    style = options[0] if len(options) == 1 else f"[{', '.join(options)}]"
    parsed = f"cast(try_strptime({{x}}, {style}) as date)" if options else "cast(null as date)"
    if EXCEL_DATES in styles:
        day = "try_cast(replace({x}, ',', '.') as double)"
        within = f"case when {day} >= 0 and {day} < {MAX_EXCEL_DAY} then cast(trunc({day}) as integer) end"
        parsed = f"coalesce({parsed}, date '1899-12-30' + {within})"
    plausible = "case when {x} between date '1900-01-01' and date '2200-12-31' then {x} end"
    return Cast((parsed, plausible), "not_a_date", "a date as " + " or ".join(styles), prepare)


def _year(styles: tuple[str, ...]) -> Cast:
    patterns = [YEAR_STYLES.get(style, YEAR_STYLES["yyyy"]) for style in styles]
    found = ", ".join(f"nullif(regexp_extract({{x}}, {_braced(literal(p))}, 1), '')" for p in patterns)
    extracted = f"coalesce({found})"
    if "yyyy" in styles:  # four plain digits, as most years are, need no pattern
        plain = "{x} >= '1000' and strlen({x}) = 4 and cast(try_cast({x} as integer) as varchar) = {x}"
        extracted = f"case when {plain} then {{x}} else {extracted} end"
    return Cast((f"try_cast({extracted} as integer)",), "not_a_year", "a year as " + " or ".join(styles))
