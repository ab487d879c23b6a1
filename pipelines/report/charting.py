"""Vega-Lite with all that it needs, as one script that works without a network. Changes nothing, writes nothing."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from pipelines.errors import PortfolioError

BUNDLE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


@contextmanager
def charting() -> Iterator[Callable[[], str]]:
    """The script, on asking: it is made beside the caller's work, in a process of its own, since making it holds Python's lock.

    Asking raises PortfolioError when it could not be made.
    """
    with subprocess.Popen([sys.executable, "-c", BUNDLE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as making:

        @cache
        def made() -> str:
            script, trouble = making.communicate()
            if making.returncode:
                raise PortfolioError(f"The script of the report's charts could not be made: {trouble.decode().strip()}")
            return script.decode("utf-8")

        try:
            yield made
        finally:
            making.kill()  # of no effect where it was asked
