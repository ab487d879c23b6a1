"""What of a file's content a verdict may show: nothing of personal fields or ignored columns, no control characters."""

import fnmatch
import re
import unicodedata

from pipelines.contracts.catalogue import common_fields
from pipelines.contracts.model import Contract

FOUND = re.compile(r", found '.*'\.$", re.DOTALL)
FAULT = re.compile(r"Column '(?P<column>[^']*)': expected (?P<expected>.*?), found '.*?'\.(?= |$)", re.DOTALL)
HEADER_FOUND = re.compile(r", found (?P<cells>.*)\. Deliver the file with", re.DOTALL)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def plain(text: str) -> str:
    """Text without control and direction characters, which a terminal would obey."""
    return "".join("\ufffd" if unicodedata.category(c) in UNSEEN else c for c in text)


def shown_reason(contract: Contract, source_column: str | None, reason: str) -> str:
    """The reason of a rejected row, without the value found where its column is private.

    A column is private when a personal field is read from it, or when the contract ignores it, even if another field is
    read from it as well.
    """
    return plain(FOUND.sub(", found (not shown).", reason) if _is_private(contract, source_column or "") else reason)


def _is_private(contract: Contract, source_column: str) -> bool:
    names = {_squeezed(name) for name in source_column.split(" + ")}
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in private_columns(contract))


def private_columns(contract: Contract) -> set[str]:
    """Source columns (and patterns of such) whose values are never shown, in lower case."""
    fields = contract.dataset.fields | common_fields()
    personal = [c for c in contract.columns if c.name in fields and fields[c.name].classification == "personal"]
    names = [name for c in personal for name in (*c.source_names, *c.aliases)]
    return {_squeezed(name) for name in (*names, *contract.ignored_columns)}


def shown_refusal(contract: Contract, reason: str) -> str:
    """The reason of a refusal, without private values and without cells taken for a header that are probably data."""
    reason = FAULT.sub(lambda fault: _shown_fault(contract, fault), reason)
    found = HEADER_FOUND.search(reason)
    if not found:
        return plain(reason)
    cells = [_squeezed(cell[1:-1]) for cell in QUOTED.findall(found["cells"])]
    known = {_squeezed(n) for c in contract.columns for n in (*c.source_names, *c.aliases)}
    if 2 * sum(cell in known for cell in cells) >= len(cells):
        return plain(reason)
    hidden = "a row that does not look like the header (its cells are not shown, they may be data)"
    return plain(reason[: found.start("cells")] + hidden + reason[found.end("cells") :])


def _shown_fault(contract: Contract, fault: re.Match[str]) -> str:
    if not _is_private(contract, fault["column"]):
        return fault[0]
    return f"Column '{fault['column']}': expected {fault['expected']}, found (not shown)."


def _squeezed(name: str) -> str:
    """A header as layouts compare it; brackets would be patterns."""
    return " ".join(name.replace("[", "(").replace("]", ")").split()).lower()
