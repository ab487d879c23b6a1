"""How the headers of a file are compared with the names that a contract gives them. What they mean is not decided here."""

import fnmatch
from collections.abc import Iterable


def squeezed(header: str) -> str:
    """A header without what senders change unknowingly: case, runs of blanks, kinds of blanks and of brackets.

    Square brackets become round ones, since they would be patterns.
    """
    return " ".join(header.replace("[", "(").replace("]", ")").split()).lower()


def matching(header: str, patterns: Iterable[str]) -> str | None:
    """The first of `patterns` (names that may hold `*`) that a header matches, as it was given; None when none does."""
    name = squeezed(header)
    return next((pattern for pattern in patterns if fnmatch.fnmatchcase(name, squeezed(pattern))), None)
