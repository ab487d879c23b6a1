"""What of a file's content a sentence may quote: nothing of private columns, nobody's name, no cells taken for a header.

Sentences about a delivery travel: to the terminal, Dagster's records, the audit, the release and the page of a check. What
stood in the file may lie in archive/, raw/ and rejected/ only, so a sentence is made harmless where it is made.
"""

import re
import unicodedata
from collections.abc import Sequence

from pipelines.contracts.catalogue import common_fields
from pipelines.contracts.model import Contract
from pipelines.ingest.expressions import literal
from pipelines.ingest.headers import matching

NOT_SHOWN = "(not shown)"
MOST_SHOWN = 80  # characters of a cell
MOST_HEADERS = 60
PRIVATE = ("personal", "restricted")
UNSEEN = (
    "Cc",
    "Cf",
    "Co",
    "Zl",
    "Zp",
)  # Unicode's control, direction and private characters, which a terminal may obey
UNSEEN_SQL = "[" + "".join(rf"\p{{{category}}}" for category in UNSEEN) + "]"
REPLACEMENT = "\ufffd"
CAPITAL, LETTER, BLANK = "A-ZÀ-ÖØ-ÞĀ-Ž", "A-Za-zÀ-ÖØ-öø-ž", f"[ {chr(160)}]+"
# A mail address, a Danish civil registration number, or two words that both begin with a capital letter, with nothing but short
# words (von, af, de la) between them. Written so that Python and DuckDB read it alike.
PERSON = (
    r"@|\b[0-9]{6}[- ]?[0-9]{4}\b"
    rf"|[{CAPITAL}][{LETTER}.'’-]*,?{BLANK}(?:[{LETTER}']{{1,3}}{BLANK})*[{CAPITAL}]"
)


def plain(text: str) -> str:
    """Text without control and direction characters."""
    return "".join(REPLACEMENT if unicodedata.category(c) in (*UNSEEN, "Cs") else c for c in text)


def shown_text(text: str) -> str:
    """A name from inside a file, in quotes; one that may be a person's is not shown."""
    return NOT_SHOWN if re.search(PERSON, text) else repr(text)


def shown_cell(contract: Contract, source_column: str, cell: str) -> str:
    """SQL of what a sentence may say of the cell that the SQL expression `cell` holds.

    The text in quotes, at most 80 characters of it; `(not shown)` where the column is private, or where the text may be a
    person: a fault is often a value of one column that stands in another.
    """
    if is_private(contract, source_column):
        return literal(NOT_SHOWN)
    quote = literal("'")
    text = f"regexp_replace(left({cell}, {MOST_SHOWN}), {literal(UNSEEN_SQL)}, {literal(REPLACEMENT)}, 'g')"
    hidden = f"regexp_matches({cell}, {literal(PERSON)})"
    return f"case when {hidden} then {literal(NOT_SHOWN)} else {quote} || {text} || {quote} end"


def is_private(contract: Contract, source_column: str) -> bool:
    """True when no value of a source column (or of any of several, joined by ` + `) may be quoted.

    That is so when a personal or restricted field is read from it, and when the contract ignores it, even if another field
    is read from it as well.
    """
    fields = contract.dataset.fields | common_fields()
    hidden = [c for c in contract.columns if c.name in fields and fields[c.name].classification in PRIVATE]
    names = [name for c in hidden for name in (*c.source_names, *c.aliases)]
    patterns = (*names, *contract.ignored_columns)
    return any(matching(name, patterns) is not None for name in source_column.split(" + "))


def shown_headers(contract: Contract, headers: Sequence[str], is_header: bool) -> str:
    """Headers in words, unless they are probably cells of a row of data.

    A header that the contract ignores by a pattern is shown as the pattern.
    """
    if not any(headers):
        return "no header"
    if not is_header:
        cells = "1 cell" if len(headers) == 1 else f"{len(headers)} cells"
        return f"a row of {cells} that does not look like the header (not shown, as it may be data)"
    shown = [matching(header, contract.ignored_columns) or header for header in headers if header]
    return ", ".join(map(repr, shown[:MOST_HEADERS]))


def shown_error(error: BaseException) -> str:
    """The first line of a reader's error without the texts that it quotes: some quote the whole input."""
    line = str(error).split("\n", 1)[0].split(" Input: ", 1)[0]
    return re.sub(r"\"[^\"]*\"|'[^']*'", "…", line).strip()
