"""Faults in models, run by dbt on a built warehouse, and in the files of a release: the audit or the read-back names them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.audit.result import AuditRecord
from pipelines.defs.audit import audit_of
from pipelines.files import write_json
from pipelines.instance import Instance
from pipelines.release.readback import disagreements
from pipelines.transform.build import Build
from pipelines.transform.dbt import DBT_PROJECT, dbt_environment, dbt_variables
from tests.personal import people

pytestmark = pytest.mark.slow

# model: what is changed in it ("" appends), into what, and how the id of the check begins that says so. None is built on another.
FAULTS = {
    "mart_it_spend": ("cast(summed.spend_amount as", "cast(2 * summed.spend_amount as", "reconciliation.spend_mart.amount"),
    "fct_assessment": ("", "where assessments.source_row_number > 5", "reconciliation.assessments.rows"),
    "fct_contract_system": (
        "    owners.system_id,\n    allocated.part",
        "    'x' || owners.system_id as system_id,\n    allocated.part",
        "dbt.test.relationships_fct_contract_system_system_id",
    ),
    "mart_investment_overview": (
        "",
        "where lines.administration_code <> 'suf'",
        "marts.mart_investment_overview.administrations_present",
    ),
    "dim_system": ("then uses.user_count end", "then -uses.user_count end", "core.dim_system.user_count_not_negative"),
}  # fmt: skip


def build_with_faults(released: Instance, folder: Path) -> Build:
    """A copy of the newest build in which dbt has built the faulty models and run their tests, all in one run."""
    newest = max(released.build.iterdir(), key=lambda p: p.stat().st_mtime)
    build = Build(Path(shutil.copytree(newest, folder / "build")))
    project = Path(shutil.copytree(DBT_PROJECT, folder / "project", ignore=shutil.ignore_patterns("target", "logs")))
    for model, (old, new, _) in FAULTS.items():
        (path,) = project.rglob(f"{model}.sql")
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new) if old else f"{text.rstrip()}\n{new}\n", "utf-8")
    command = [
        str(Path(sys.executable).parent / "dbt"), "--quiet", "build", "--project-dir", str(project), "--select", *FAULTS,
        "--exclude-resource-type", "unit_test", "--target-path", str(folder / "target"), "--log-path", str(folder / "target"),
        "--vars", json.dumps(dbt_variables(build, released)),
    ]  # fmt: skip
    done = subprocess.run(command, env=os.environ | dbt_environment(build), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr  # tests failed, and nothing else went wrong
    results = build.dbt_target / "run_results.json"
    before, now = (json.loads(p.read_text("utf-8")) for p in (results, folder / "target" / "run_results.json"))
    anew = {result["unique_id"]: result for result in now["results"]}
    write_json(results, {"results": [anew.get(r["unique_id"], r) for r in before["results"]]})
    return build


@pytest.fixture(scope="module")
def record(released_sample: Instance, tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    """The audit of a build with all faults at once."""
    return audit_of(build_with_faults(released_sample, tmp_path_factory.mktemp("faults")), released_sample)


@pytest.mark.parametrize("model", FAULTS)
def test_a_fault_in_a_model_is_named(record: AuditRecord, model: str) -> None:
    assert [c for c in record.blocking if c.check_id.startswith(FAULTS[model][2])]
    assert not record.passed


def test_the_sample_as_it_is_has_none_of_these_faults(released_sample: Instance) -> None:
    record = AuditRecord.read(released_sample.releases / "current" / "audit" / "audit.json")
    assert record.passed
    for _, _, check_id in FAULTS.values():
        assert [c for c in record.checks if c.check_id.startswith(check_id)]


def test_every_delivery_in_force_stands_in_the_record(released_sample: Instance) -> None:
    release = released_sample.releases / "current"
    manifest = json.loads((release / "release.json").read_text("utf-8"))
    in_force = {d["delivery_id"] for d in manifest["inputs"]["deliveries"] if d["is_in_force"]}
    record = AuditRecord.read(release / "audit" / "audit.json")
    assert {c.check_id.split(".")[-2] for c in record.checks if c.gate == "delivery"} == in_force


def test_nobody_is_named_in_the_record_or_its_pages(record: AuditRecord, released_sample: Instance) -> None:
    assert not people().search(record.model_dump_json().encode())
    pages = [p for p in (released_sample.releases / "current" / "audit").rglob("*") if p.is_file()]
    assert len(pages) > 40
    assert [p.name for p in pages if people().search(p.read_bytes())] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("parquet/mart_it_spend.parquet", "mart_it_spend.parquet: expected SHA-256"),
        ("audit/audit.json", "audit.json: expected SHA-256"),
        ("audit/data_docs/index.html", "index.html: expected SHA-256"),
    ],
)
def test_a_file_altered_or_gone_after_the_read_back_is_found(
    released_sample: Instance, tmp_path: Path, name: str, said: str
) -> None:
    release = Path(shutil.copytree((released_sample.releases / "current").resolve(), tmp_path / "release"))
    assert disagreements(release) == []
    with (release / name).open("ab") as file:
        file.write(b" ")
    assert [found for found in disagreements(release) if said in found]
    (release / name).unlink()
    assert [found for found in disagreements(release) if "found no file" in found]
