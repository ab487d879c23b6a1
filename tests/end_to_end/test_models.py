"""dbt's own unit tests of the models, run against a built warehouse; the nightly run leaves them out to save time."""

import json
import os
import subprocess
from pathlib import Path

from pipelines.instance import Instance
from pipelines.transform.build import Build
from pipelines.transform.dbt import DBT_EXECUTABLE, DBT_PROJECT, dbt_environment


def test_every_rule_of_the_models_holds_on_its_hand_made_example(sample_copy: Instance, tmp_path: Path) -> None:
    manifest = json.loads((sample_copy.releases / "current" / "release.json").read_text("utf-8"))
    newest = sample_copy.build / manifest["build_id"]
    variables = '{"as_of_date": "2026-11-22", "price_year": 2026, "currency": "DKK"}'
    done = subprocess.run(
        [str(DBT_EXECUTABLE), "test", "--select", "test_type:unit", "--project-dir", str(DBT_PROJECT),
         "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path), "--vars", variables],
        env=os.environ | dbt_environment(Build(newest)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    passed = done.stdout.count(" PASS ")
    assert passed > 15, done.stdout[-2000:]
