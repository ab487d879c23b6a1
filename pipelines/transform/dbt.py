"""The dbt project as this code sees it: where it lies, its manifest, and the environment and variables of one build's run."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pipelines.errors import PortfolioError
from pipelines.files import fingerprint, sha256_of
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.memory import VARIABLE, memory_limit
from pipelines.transform.build import Build

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DBT_EXECUTABLE = Path(sys.prefix) / "bin" / "portfolio-dbt"  # run_dbt.py
MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PARSED = "partial_parse.msgpack"
STAMP = MANIFEST.with_name("manifest.source")  # of which state of the project they are


def dbt_environment(build: Build | None = None, taken_over: Sequence[str] = ()) -> dict[str, str]:
    """Environment of a dbt process: no telemetry, DuckDB whatever this process's environment says, and which build it works on.

    `taken_over`: the tables that lie in its warehouse already (carry.py).
    """
    always = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "PORTFOLIO_ENGINE": "duckdb",
        VARIABLE: memory_limit(),
        "DBT_LOG_LEVEL_FILE": "warn",  # the rest goes to Dagster, which reads it; writing it twice took a tenth of a build
    }
    if build is None:
        return always
    return (
        always
        | {"PORTFOLIO_WAREHOUSE": str(build.warehouse), "PORTFOLIO_BUILD": str(build.folder)}
        | {"PORTFOLIO_TAKEN_OVER": json.dumps(taken_over)}
    )


def dbt_variables(build: Build, instance: Instance) -> dict[str, object]:
    """The variables that models may depend on. There is no other way for a run to differ from another."""
    return {
        "as_of_date": build.as_of_date.isoformat(),
        "price_year": instance.settings.price_year,
        "currency": instance.settings.currency,
    }


def ensure_manifest() -> Path:
    """dbt's manifest of the project as it is now; parsed again only when a file of the project or dbt itself has changed.

    Beside it lies the same in the form that dbt takes back (`PARSED`). Both are replaced whole: others may be reading them.
    """
    now = fingerprint({p.relative_to(DBT_PROJECT).as_posix(): sha256_of(p) for p in _project_files()} | _versions())
    made = (MANIFEST, MANIFEST.with_name(PARSED), STAMP)
    if all(path.exists() for path in made) and STAMP.read_text("utf-8") == now:
        return MANIFEST
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MANIFEST.parent) as folder:
        _parse(Path(folder))
        (Path(folder) / STAMP.name).write_text(now, "utf-8")
        for path in made:
            (Path(folder) / path.name).replace(path)
    return MANIFEST


def _parse(target: Path) -> None:
    """Parse for a build's file: its name is what models call their database, wherever it lies."""
    environment = dbt_environment() | {"PORTFOLIO_WAREHOUSE": "warehouse.duckdb"}
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "dbt"), "--quiet", "parse", "--project-dir", str(DBT_PROJECT),
         "--target-path", str(target), "--log-path", str(target)],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise PortfolioError(f"The dbt project cannot be parsed: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("dbt-core", "dbt-duckdb")}


def _project_files() -> list[Path]:
    kinds = {".sql", ".yml", ".yaml", ".md"}
    return sorted(
        p for p in DBT_PROJECT.rglob("*") if p.suffix in kinds and "target" not in p.parts and "logs" not in p.parts
    )
