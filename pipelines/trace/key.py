"""KEY on the command line: which rows of a table are meant. Knows the table's columns and key, and no data but an example."""

from collections.abc import Mapping, Sequence

from pipelines.errors import PortfolioError


def parse_key(
    table: str, words: Sequence[str], columns: Sequence[str], key: Sequence[str], example: Mapping[str, object]
) -> dict[str, str]:
    """Columns and the texts they must have: from `column=value` words, or one value of a key of one column.

    `example`: the key of some row, for the message. Raises PortfolioError that says what keys of this table look like.
    """
    if len(words) == 1 and len(key) == 1 and words[0].partition("=")[0] not in columns:
        return {key[0]: words[0]}
    found: dict[str, str] = {}
    for word in words:
        column, equals, value = word.partition("=")
        if not equals or column not in columns or column in found:
            raise PortfolioError(
                f"Key {word!r} of {table}: expected {' '.join(f'{c}=VALUE' for c in key)}, or other columns of the table "
                f"({', '.join(columns)}), each once; found {_fault(column, equals, columns)}. {shown_example(table, example)}"
            )
        found[column] = value
    if not found:
        raise PortfolioError(f"{table}: expected the key of a row, found none. {shown_example(table, example)}")
    return found


def shown_example(table: str, example: Mapping[str, object]) -> str:
    """The command for a row that there is."""
    if not example:
        return f"{table} has no rows."
    return f"Try: portfolio trace {table} {' '.join(quoted(f'{c}={v}') for c, v in example.items())}"


def quoted(word: str) -> str:
    """A word as a shell takes it for one."""
    return "'" + word.replace("'", "'\\''") + "'" if set(word) & set(" '\"$&|;<>()*?!`\\") else word


def _fault(column: str, equals: str, columns: Sequence[str]) -> str:
    if not equals:
        return "no '='"
    return f"{column!r} twice" if column in columns else f"no column {column!r}"
