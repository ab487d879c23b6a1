"""How much memory DuckDB may take before it spills to disk: one figure for every step that reads a whole ledger.

DuckDB alone would take four fifths of the machine's, however large: at 50 million lines a release took 20 GB that it could do without.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

VARIABLE, MOST_MB, SHARE = "PORTFOLIO_DUCKDB_MEMORY", 6_000, 0.8


def memory_limit() -> str:
    """DuckDB's `memory_limit`, such as `6000MB`: what the variable says, else 6 GB or four fifths of a smaller machine."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    return os.environ.get(VARIABLE) or f"{int(min(MOST_MB, SHARE * machine))}MB"


def bounded(spill: Path | None = None) -> dict[str, str | bool | int | float | list[str]]:
    """Configuration of a connection that keeps to the limit.

    `spill`: the folder for what does not fit; without one a folder of this process that nobody else can read.
    """
    return {"memory_limit": memory_limit(), "temp_directory": str(spill or _own_folder())}


@cache
def _own_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="portfolio-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
