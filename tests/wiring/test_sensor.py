"""The sensor of new deliveries: nothing for half a file, one run for a burst, and none for what is known."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.defs.sensors import delivery_sensor
from pipelines.ingest.landing import SETTLE_SECONDS, ready_files
from pipelines.instance import Instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    settings = {"name": "T", "currency": "DKK", "price_year": 2026}
    (tmp_path / "instance.yml").write_text(yaml.safe_dump(settings), "utf-8")
    (tmp_path / "landing" / "sof").mkdir(parents=True)
    return Instance.load(tmp_path)


def put(instance: Instance, name: str, *, age: float = SETTLE_SECONDS + 1, marked: bool = False) -> Path:
    path = instance.landing / "sof" / name
    path.write_text("a;b\n1;2\n", "utf-8")
    os.utime(path, (time.time() - age, time.time() - age))
    if marked:
        path.with_name(name + ".done").touch()
    return path


def looks(instance: Instance, cursor: str = "") -> tuple[list[str], str]:
    """The run keys asked for at one look, and the cursor after it."""
    with dg.DagsterInstance.ephemeral() as dagster_instance:
        context = dg.build_sensor_context(instance=dagster_instance, cursor=cursor)
        result = delivery_sensor(instance)(context)
    assert isinstance(result, dg.SensorResult)
    return [str(r.run_key) for r in result.run_requests or []], str(result.cursor or "")


def test_half_a_file_is_left_until_it_lies_still_or_is_marked(instance: Instance) -> None:
    put(instance, "fresh.csv", age=0)
    assert ready_files(instance) == []
    put(instance, "marked.csv", age=0, marked=True)
    put(instance, "still.csv")
    assert [line.split()[0] for line in ready_files(instance)] == ["landing/sof/marked.csv", "landing/sof/still.csv"]


def test_a_burst_of_files_starts_one_run(instance: Instance) -> None:
    asked, cursor = looks(instance)
    assert (asked, cursor) == ([], "")
    put(instance, "one.csv")
    asked, cursor = looks(instance, cursor)
    assert asked == []
    put(instance, "two.csv")  # more has come: wait another look
    asked, cursor = looks(instance, cursor)
    assert asked == []
    asked, cursor = looks(instance, cursor)
    assert len(asked) == 1
    assert looks(instance, cursor)[0] == asked  # the same key: Dagster starts no second run of it
    put(instance, "two.csv", age=SETTLE_SECONDS + 60)  # the same name with another time is another delivery
    assert looks(instance, looks(instance, cursor)[1])[0] != asked
