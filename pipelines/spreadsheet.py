"""Text in files that people open in a spreadsheet: nothing in a cell may become a formula. Data files stay as they are.

A cell that a spreadsheet would calculate (CWE-1236) gets an apostrophe before it, and loses it again when it is read back.
"""

import re

CALCULATED = re.compile(r"'*[=+\-@\t\r]")


def neutral(cell: object) -> object:
    """What to write for a value; numbers, also negative ones, stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and CALCULATED.match(cell) else cell


def as_meant(cell: str) -> str:
    """What `neutral` was given, when a person has saved the cell again."""
    return cell[1:] if cell.startswith("'") and CALCULATED.match(cell) else cell
