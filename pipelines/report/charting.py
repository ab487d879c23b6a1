"""Vega-Lite with all that it needs, as one script that works without a network. Changes nothing, writes nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipelines.beside import beside
from pipelines.errors import PortfolioError

BUNDLE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


@contextmanager
def charting() -> Iterator[Callable[[], str]]:
    """The script, on asking; it takes a second to make. Asking raises PortfolioError when it could not be made."""
    with beside([sys.executable, "-c", BUNDLE]) as making:

        def script() -> str:
            made = making()
            if made.returncode:
                raise PortfolioError(f"The script of the report's charts could not be made: {made.stderr.strip()}")
            return made.stdout

        yield script
