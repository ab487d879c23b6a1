"""Numbers in JSON that a binary fraction cannot hold: written as texts before anything reads them, so that no digit is lost.

DuckDB reads a number with a fraction as a double, which keeps 15 significant digits: 99999999999999.99 would become
99999999999999.98 (DuckDB 1.5, seen November 2026). No other token of the file is touched.
"""

import re
from pathlib import Path

from pipelines.files import CHUNK

EXACT_DIGITS = 15
LONG = re.compile(rb"[0-9][0-9.]{%d,}" % EXACT_DIGITS)
STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.0-9A-Za-z]{%d,}' % (EXACT_DIGITS + 1), re.DOTALL)
NUMBER = re.compile(rb"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE][-+]?[0-9]+)?")


def with_exact_numbers(path: Path, decimal: str) -> Path:
    """The same JSON (or JSON lines, UTF-8) with numbers of more than 15 digits as strings, `decimal` before their fraction.

    Most files have none and are given back as they are. Works line by line: no token of valid JSON holds a line end.
    """
    if not _has_long_digits(path):
        return path
    target = path.with_name("exact_" + path.name)

    def as_text(token: re.Match[bytes]) -> bytes:
        return _as_text(token[0], decimal.encode())

    with path.open("rb") as file, target.open("wb") as writer:
        for line in file:
            writer.write(STRING_OR_NUMBER.sub(as_text, line) if LONG.search(line) else line)
    return target


def _as_text(token: bytes, decimal: bytes) -> bytes:
    """A number of too many digits between quotes; any other token as it is, also one that is no JSON."""
    number = NUMBER.fullmatch(token)
    if number is None or len((number[1] + (number[2] or b"")).lstrip(b"0")) <= EXACT_DIGITS:
        return token
    return b'"' + token.replace(b".", decimal) + b'"'


def _has_long_digits(path: Path) -> bool:
    """Whether so many digits stand side by side anywhere, in texts too."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            if LONG.search(tail + piece):
                return True
            tail = piece[-EXACT_DIGITS:]
    return False
