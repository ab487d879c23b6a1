"""One writer at a time per instance: a refresh, or a rollback. Knows nothing of what is done under the lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pipelines.errors import Locked
from pipelines.instance import Instance


@contextmanager
def refresh_lock(instance: Instance) -> Iterator[None]:
    """One refresh at a time per instance, whoever starts it. Raises Locked naming the holder."""
    with instance.lock_file.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(_held(instance, file)) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def _held(instance: Instance, file: IO[str]) -> str:
    file.seek(0)
    holder = file.read().strip() or "unknown"
    return f"Another refresh of {instance.root} is running (process {holder}). Wait until it ends, or stop it."


def is_refreshing(instance: Instance) -> bool:
    """True while somebody holds the lock. Takes it for a moment to find out."""
    try:
        with instance.lock_file.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such folder yet, or one that cannot be written to: nobody refreshes there
        return False
    return False
