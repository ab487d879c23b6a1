"""DuckDB connections for delivered content: they reach the folders and files they are given, and nothing else.

What a file holds never becomes SQL; should it ever, such a statement could not read the machine, write elsewhere, fetch an
extension or lift these limits. The folders and files named can be written to as well: DuckDB knows no finer right.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.ingest.expressions import literal


def confined(
    folders: Iterable[Path], files: Iterable[Path] = (), **settings: str | Path | int
) -> duckdb.DuckDBPyConnection:
    """A connection in memory that can open what is below `folders`, and `files`; other `settings` are made before it is locked.

    The order matters: what is allowed can only be said while everything still is (DuckDB 1.5, seen November 2026).
    """
    connection = duckdb.connect(":memory:")
    for name, value in settings.items():
        connection.execute(f"set {name}={literal(str(value))}")
    connection.execute(f"set allowed_directories={_listed(folders)}")
    connection.execute(f"set allowed_paths={_listed(files)}")
    connection.execute("set autoinstall_known_extensions=false")
    connection.execute("set autoload_known_extensions=false")
    connection.execute("set enable_external_access=false")
    connection.execute("set lock_configuration=true")
    return connection


def _listed(paths: Iterable[Path]) -> str:
    """Paths as an SQL list, as they really lie: DuckDB looks behind links as well."""
    return f"[{', '.join(literal(str(path.resolve())) for path in paths)}]"
