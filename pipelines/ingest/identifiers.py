"""Numbers of registers (CVR, EAN): SQL that tidies them and tests their check digits, and what is said of faulty ones.

Steps as in expressions.py: `{x}` stands for what the step before made. Other codes are kept as they are written.
"""

from collections.abc import Sequence

import duckdb

from pipelines.contracts.model import Contract
from pipelines.ingest.expressions import Cast, literal

CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)  # sum divisible by 11: erhvervsstyrelsen.dk/modulus_11
EAN_WEIGHTS = (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)  # sum divisible by 10: GS1 General Specifications, check digits
EXAMPLES = 5

# What people, spreadsheets and web pages put between digits: any blank, dash or invisible sign, dots, colons and apostrophes.
SIGNS = r"[\s\p{{Z}}\p{{Pd}}\p{{Cf}}\x{{2212}}.:'']"
# A number that came through a column of fractions ends in .0 and has lost nothing. Most have nothing to tidy.
TIDY = (
    "case when regexp_full_match({x}, '[0-9]+') then {x} "
    f"else nullif(regexp_replace(upper(regexp_replace({{x}}, '[.,]0$', '')), '{SIGNS}', '', 'g'), '') end"
)
BARE = (
    TIDY,
    r"case when length({x}) > 8 then regexp_replace({x}, '^(CVR(NR)?)?(DK)?([0-9]{{8}})$', '\4') else {x} end",
)
EIGHT, THIRTEEN = "regexp_full_match({x}, '[0-9]{{8}}')", "regexp_full_match({x}, '[0-9]{{13}}')"

# Letters and at least five digits are some register's number; words and fillers are not.
NUMBER = "regexp_full_match({x}, '[A-Z]*([0-9][A-Z]*){{5,}}')"

# A personal number (CPR) is ten digits, or nine where a spreadsheet took a leading zero: day, month, year, and four more. Ten
# digits are another country's number only behind its two letters. Whose number it may be cannot be told, so it is never kept.
PERSONAL = (
    "(regexp_matches({x}, '(^|[^0-9])[0-9]{{10}}([^0-9]|$)') and not regexp_full_match({x}, '([A-CE-Z][A-Z]|D[A-JL-Z])[0-9]{{10}}') "
    "or regexp_full_match({x}, '(DK|C[PV]R(NR)?)?[1-9](0[1-9]|1[0-2])[0-9]{{6}}'))"
)


def _is_right(weights: Sequence[int], modulus: int) -> str:
    """The condition on `{x}`, so many digits, that they are not all zero and their weighted sum is divisible."""
    places = range(len(weights) - 1, -1, -1)
    terms = (f"try_cast({{x}} as bigint) // {10**p} % 10 * {w}" for p, w in zip(places, weights, strict=True))
    return f"(ltrim({{x}}, '0') <> '' and ({' + '.join(terms)}) % {modulus} = 0)"


CVR = Cast((), "missing", "a value", (*BARE, f"case when {EIGHT} or {NUMBER} and not {PERSONAL} then {{x}} end"))
CVR_CLASS = Cast(
    (
        "case when {x} is null then null "
        f"when {EIGHT} then case when {_is_right(CVR_WEIGHTS, 11)} then 'domestic' else 'faulty' end "
        f"when {NUMBER} and not {PERSONAL} and regexp_matches({{x}}, '[1-9]') and not regexp_matches({{x}}, '^(DK|CVR)') then 'foreign' "
        "else 'faulty' end",
    ),
    "missing",
    "a value",
    BARE,
)
EAN = Cast(
    (TIDY, f"case when {THIRTEEN} and {_is_right(EAN_WEIGHTS, 10)} then {{x}} end"),
    "not_an_ean",
    "an EAN of 13 digits with a right check digit (where a spreadsheet turned the EAN into a rounded number, such as 5,798E+12: "
    "format the column as text and deliver again)",
)
CASTS = {"cvr": CVR, "ean": EAN}


def classes_of(texts: Sequence[str]) -> list[str | None]:
    """The class that each text has as a CVR number: domestic, foreign, faulty, or None where nothing was given."""
    return _applied((*CVR_CLASS.prepare, *CVR_CLASS.make), texts)


def eans_of(texts: Sequence[str]) -> list[str | None]:
    """Each text as an EAN, None where it is not one."""
    return _applied(EAN.make, texts)


def _applied(steps: Sequence[str], texts: Sequence[str]) -> list[str | None]:
    query = "select unnest(cast(? as varchar[])) as x"
    for step in steps:
        query = f"select {step.format(x='x')} as x from ({query})"
    return [row[0] for row in duckdb.execute(query, [list(texts)]).fetchall()]


def faulty_numbers(connection: duckdb.DuckDBPyConnection, contract: Contract, file_name: str) -> tuple[str, ...]:
    """A sentence for each column of `rows` that holds faulty numbers: how many, and some rows to look at. No number is shown."""
    return tuple(
        sentence
        for column in contract.columns
        if (kind := contract.class_fields.get(column.name))
        for sentence in _faults_of(connection, column.name, kind, " + ".join(column.source_names), file_name)
    )


def _faults_of(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, source_column: str, file_name: str
) -> list[str]:
    found = connection.execute(
        f"select {name} is null, count(*), list(source_row_number order by source_row_number)[:{EXAMPLES}] "
        f"from rows where {kind} = {literal('faulty')} and not is_bad group by 1 order by 1"
    ).fetchall()
    return [
        f"{file_name}: column {source_column!r} has {_PROBLEMS[is_dropped]} in {count} {'row' if count == 1 else 'rows'}, "
        f"such as row {', '.join(map(str, rows))}. The rows count, the number tells no supplier. Correct it at the source."
        for is_dropped, count, rows in found
    ]


_PROBLEMS = {
    False: "a faulty number (a CVR number has 8 digits, the last a check digit; another country's has its letters in front)",
    True: "no number, or one that may be a person's (ten digits, or nine that begin with a date), which was not kept,",
}
