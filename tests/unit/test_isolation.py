"""A reader that breaks takes down its own delivery only."""

import os
import time

import pytest

from pipelines.errors import DeliveryRefused
from pipelines.ingest.isolation import run_apart


def double(number: int) -> int:
    return 2 * number


def refuse(number: int) -> int:
    raise DeliveryRefused(f"number {number} does not fit")


def crash(number: int) -> int:
    os._exit(9)


def hang(number: int) -> int:
    time.sleep(600)
    return number


def swallow_memory(number: int) -> int:
    return len(bytearray(64 << 30))


@pytest.mark.parametrize("breaking", [crash, swallow_memory])
def test_a_broken_reader_refuses_its_delivery_and_no_other(breaking: object) -> None:
    tasks = [("a", double, (1,)), ("b", breaking, (2,)), ("c", double, (3,)), ("d", refuse, (4,))]
    found = dict(run_apart(tasks))  # type: ignore[arg-type]
    assert (found["a"], found["c"]) == (2, 6)
    assert "broke its reader" in str(found["b"])
    assert str(found["d"]) == "number 4 does not fit"


def test_a_reader_that_hangs_is_ended() -> None:
    started = time.monotonic()
    found = dict(run_apart([("a", hang, (1,)), ("b", double, (2,))], seconds=3))
    assert "within 3 seconds" in str(found["a"])
    assert found["b"] == 4
    assert time.monotonic() - started < 60


def test_no_task_starts_no_process() -> None:
    assert list(run_apart([])) == []
