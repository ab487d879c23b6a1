"""A process of its own that begins while the caller works on: for what is slow to begin, or would hold Python's lock here."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ASKED = "now"  # what stands in its standard input when it is asked; nothing does when its parent has died
Ended = subprocess.CompletedProcess[str]


@contextmanager
def beside(command: list[str], folder: Path | None = None) -> Iterator[Callable[[], Ended]]:
    """Begin `command`, in `folder`; on asking it is told so, and how it ended and what it said are returned.

    A process that was not asked by the end of the block is killed.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
    ) as process:

        @cache
        def ended() -> Ended:
            said, trouble = process.communicate(ASKED)
            return Ended(command, process.returncode, said, trouble)

        try:
            yield ended
        finally:
            process.kill()  # of no effect where it has ended
