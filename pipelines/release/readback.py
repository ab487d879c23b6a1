"""Read a release candidate back whole, in a process of its own, and hold it against its manifest. Changes nothing.

Run as `python -m pipelines.release.readback FOLDER`, it begins when it is asked (beside.py): exit 0 when everything agrees, 1 with one
line per disagreement.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.beside import ASKED, beside
from pipelines.files import sha256_of
from pipelines.ingest.confined import confined
from pipelines.ingest.expressions import literal
from pipelines.instance import PROJECT_ROOT
from pipelines.memory import memory_limit
from pipelines.release.tables import table_facts
from pipelines.release.whole import PARQUET, attach_whole, whole_parquet


@contextmanager
def reading_back(folder: Path) -> Iterator[Callable[[], str]]:
    """On asking, what a fresh process finds wrong with a release folder; empty when all is right.

    Fresh, so that no cache of this one vouches for it. It begins at once, and looks at the folder when it is asked.
    """
    with beside([sys.executable, "-m", "pipelines.release.readback", str(folder)], PROJECT_ROOT) as reader:

        def found() -> str:
            done = reader()
            if not done.returncode:
                return ""
            return (done.stdout + done.stderr).strip() or f"the process that reads ended with {done.returncode}"

        yield found


def read_back(folder: Path) -> str:
    """What a fresh process finds wrong with a release folder; empty when all is right."""
    with reading_back(folder) as found:
        return found()


def disagreements(folder: Path) -> list[str]:
    """Everything in which a release folder differs from its release.json: files, hashes, tables, counts, checksums."""
    manifest = json.loads((folder / "release.json").read_text("utf-8"))
    found = [f"{name}: a write-ahead log was left" for name in sorted(p.name for p in folder.rglob("*.wal"))]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"release.json"}
    found += [f"{name}: not in release.json" for name in sorted(there - set(manifest["files"]))]
    found += [
        f"{name}: expected SHA-256 {expected}, found {actual}"
        for name, expected in manifest["files"].items()
        if (actual := sha256_of(folder / name) if (folder / name).is_file() else "no file") != expected
    ]
    if found:
        return found
    with confined([folder], memory_limit=memory_limit(), temp_directory="") as connection:
        attach_whole(connection, folder, "whole")
        for name, expected in manifest["tables"].items():
            checked = [(f'whole."{name}"', whole_parquet(folder, name), expected["checksum"])]
            if "open_checksum" in expected:
                checked.append(
                    (f'whole_open."{name}"', folder / PARQUET / f"{name}.parquet", expected["open_checksum"])
                )
            for table, file, checksum in checked:
                for relation in (table, f"read_parquet({literal(str(file))})"):
                    facts = table_facts(connection, relation)
                    if (facts.row_count, facts.checksum) != (expected["rows"], checksum):
                        found.append(
                            f"{relation}: expected {expected['rows']} rows, checksum {checksum}, found {facts}"
                        )
    return found


if __name__ == "__main__":
    if sys.stdin.read() != ASKED:
        sys.exit(2)  # whoever began this is gone
    problems = disagreements(Path(sys.argv[1]))
    print("\n".join(problems))
    sys.exit(1 if problems else 0)
