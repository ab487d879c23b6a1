"""The job that looks at one administration's files: it says of each what the night would, and takes nothing."""

import shutil

import dagster as dg
import pytest

from pipelines.defs.check_job import check_job
from pipelines.instance import Instance
from tests.conftest import copy_of_sample


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    made = copy_of_sample(tmp_path_factory.mktemp("check") / "data")
    for folder in made.landing.iterdir():
        if folder.name not in ("bif", "README.md"):
            shutil.rmtree(folder)
    return made


def run(instance: Instance, administration: str) -> dg.ExecuteInProcessResult:
    config = {"ops": {"check_files": {"config": {"administration": administration}}}}
    return check_job(instance).execute_in_process(run_config=config, raise_on_error=False)


def test_the_newest_file_of_each_contract_is_looked_at(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p for p in instance.root.rglob("*")}
    assert run(instance, "bif").success
    said = capsys.readouterr().out
    assert "SYSTEMLISTE.20260731.txt: accepted_with_rejections" in said
    assert "SYSTEMLISTE.20251231.txt" not in said
    assert {p for p in instance.root.rglob("*")} == before


def test_a_file_that_would_be_refused_fails_the_job_with_its_name(instance: Instance) -> None:
    old = instance.landing / "bif" / "SYSTEMLISTE.20260731.txt"
    (old.with_name("SYSTEMLISTE.20261130.txt")).write_bytes(old.read_bytes()[:200])
    result = run(instance, "bif")
    assert not result.success
    failure = next(e for e in result.all_events if e.event_type_value == "STEP_FAILURE")
    assert "SYSTEMLISTE.20261130.txt" in str(failure.event_specific_data.user_failure_data.description)  # type: ignore[union-attr]


def test_an_administration_that_has_no_files_is_told_of_those_that_have(instance: Instance) -> None:
    result = run(instance, "xyz")
    failure = next(e for e in result.all_events if e.event_type_value == "STEP_FAILURE")
    assert "expected one of bif" in str(failure.event_specific_data.user_failure_data.description)  # type: ignore[union-attr]
