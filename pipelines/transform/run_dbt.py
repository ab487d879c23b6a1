"""dbt's own command on the manifest that the project was parsed to once: a night compiles and runs, it does not parse again.

dbt parses anew whenever a variable or the profile differs, as both do in every build; its programming interface takes a manifest that
is ready. Arguments are dbt's, and so are output, artefacts and exit codes.
"""

import atexit
import gc
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from pipelines.transform.dbt import PARSED, ensure_manifest


def main() -> None:
    """Run dbt with the arguments given; dagster-dbt calls this as its dbt executable."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:  # asked before each run, and answered without loading dbt
        print(f"Core:\n  - installed: {version('dbt-core')}")
        return
    atexit.register(gc.freeze)  # or Python, ending, looks once more through all objects for circles
    parsed = ensure_manifest()
    if target := _target(arguments):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed, target / parsed.name)
    sys.exit(_run(parsed, arguments))


def _target(arguments: list[str]) -> Path | None:
    """Where artefacts go. dbt writes a manifest there only when it has parsed, and the audit reads it there."""
    if "--target-path" in arguments:
        return Path(arguments[arguments.index("--target-path") + 1])
    return Path(os.environ["DBT_TARGET_PATH"]) if "DBT_TARGET_PATH" in os.environ else None


def _run(parsed: Path, arguments: list[str]) -> int:
    # Loaded here: it takes a second, and the version is asked more often than dbt runs.
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(parsed.with_name(PARSED).read_bytes(), decoder=extended_mashumuro_decoder)
    result = dbtRunner(manifest=manifest).invoke(arguments)
    return 2 if result.exception else int(not result.success)


if __name__ == "__main__":
    main()
