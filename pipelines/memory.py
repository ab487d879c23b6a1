"""How much memory DuckDB may take before it spills to disk: one figure for every step that reads a whole ledger.

DuckDB alone would take four fifths of the machine's: at 50 million lines a release took 20 GB that it could do without.
"""

import os
from pathlib import Path

VARIABLE, DEFAULT = "PORTFOLIO_DUCKDB_MEMORY", "6GB"


def memory_limit() -> str:
    """DuckDB's `memory_limit`, such as `6GB`."""
    return os.environ.get(VARIABLE) or DEFAULT


def bounded(spill: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Configuration of a connection that keeps to the limit; `spill`: the folder for what does not fit."""
    return {"memory_limit": memory_limit(), "temp_directory": str(spill)}
