"""The folder of one build: everything that dbt reads, the warehouse it makes, and the audit of it."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.files import fresh_folder, write_json
from pipelines.instance import Instance

KEPT_BUILDS = 3


@dataclass(frozen=True)
class Build:
    """Where one build lies. A build is never reused: a new run makes a new folder."""

    folder: Path

    @property
    def build_id(self) -> str:
        return self.folder.name

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def dbt_target(self) -> Path:
        return self.folder / "dbt"

    @property
    def audit(self) -> Path:
        return self.folder / "audit"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def configuration(self) -> Path:
        """Of a day in the past: the configuration in force then, where it is not the present one."""
        return self.folder / "configuration"

    @property
    def cases_record(self) -> Path:
        """What came out of the business cases."""
        return self.folder / "cases.json"

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    def source(self, name: str) -> Path:
        """The folder of one input table."""
        return self.inputs / name

    def plan(self) -> dict[str, Any]:
        """The five inputs of the release to come, and what the run needs to know about them."""
        content: dict[str, Any] = json.loads(self.plan_file.read_text("utf-8"))
        return content

    def save_plan(self, content: dict[str, Any]) -> None:
        write_json(self.plan_file, content)

    @property
    def as_of_date(self) -> date:
        return date.fromisoformat(self.plan()["as_of_date"])


def new_build(instance: Instance, build_id: str) -> Build:
    """An empty build folder; of the builds before, the newest few are kept for inspection."""
    instance.build.mkdir(parents=True, exist_ok=True)
    older = sorted((p for p in instance.build.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for path in older[: max(0, len(older) - KEPT_BUILDS + 1)]:
        shutil.rmtree(path, ignore_errors=True)
    build = Build(fresh_folder(instance.build / build_id))
    build.inputs.mkdir()
    return build
