"""Files are read in processes of their own: a parser that crashes, hangs or eats memory takes down that delivery, not the night.

Knows nothing of what is read. Two processes read side by side, since most deliveries are small and two cores are common.
"""

import contextlib
import multiprocessing
import resource
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pipelines.errors import DeliveryRefused

T = TypeVar("T")
Task = tuple[str, Callable[..., T], tuple[object, ...]]

WORKERS = 2
MEMORY_BYTES = 12 << 30
SECONDS = 1800.0


def run_apart(
    tasks: Iterable[Task[T]], seconds: float = SECONDS, memory: int = MEMORY_BYTES
) -> Iterator[tuple[str, T | DeliveryRefused]]:
    """Run each task (key, function, arguments) in another process; gives (key, result or refusal) in order.

    A process that dies or outlives `seconds` refuses the one delivery it was busy with: what shared the pool with it is run
    again alone.
    """
    waiting = list(tasks)
    if not waiting:
        return
    pool = _pool(WORKERS, memory)
    futures: list[Future[T]] = [pool.submit(function, *arguments) for _, function, arguments in waiting]
    broken = False
    for task, future in zip(waiting, futures, strict=True):
        found = None if broken else _outcome(future, seconds)
        outcome: T | DeliveryRefused | None = found
        if outcome is None:
            if not broken:
                _stop(pool)
            broken = True
            outcome = future.result() if _is_done(future) else _alone(task, seconds, memory)
        yield task[0], outcome
    _stop(pool)


def _alone(task: Task[T], seconds: float, memory: int) -> T | DeliveryRefused:
    """One task in a fresh process of its own: when that fails too, the task is to blame."""
    pool = _pool(1, memory)
    try:
        outcome = _outcome(pool.submit(task[1], *task[2]), seconds)
    finally:
        _stop(pool)
    if outcome is not None:
        return outcome
    return DeliveryRefused(
        "expected a file that can be read within "
        f"{seconds:.0f} seconds and {memory >> 30} GB of memory, found one that broke its reader. "
        "Check that the file opens where it was made, and deliver a smaller or a fresh one."
    )


def _outcome(future: "Future[T]", seconds: float) -> T | DeliveryRefused | None:
    """The task's result or refusal; None when its process broke or took too long."""
    try:
        return future.result(timeout=seconds)
    except DeliveryRefused as refusal:
        return refusal
    except (BrokenProcessPool, TimeoutError, MemoryError):
        return None


def _is_done(future: "Future[T]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _pool(workers: int, memory: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork would copy threads that DuckDB or Dagster hold
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_limit, initargs=(memory,))


def _limit(memory: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a container may have set a lower limit already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _stop(pool: ProcessPoolExecutor) -> None:
    """End a pool at once, whatever its processes are doing."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
