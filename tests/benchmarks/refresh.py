"""Print what a first refresh of the sample and an unchanged second one take: wall time and peak memory of the whole process.

Not a test: it asserts nothing. `make bench` runs it; REPEATS=n repeats the measurement on fresh copies.
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.instance import PROJECT_ROOT
from tests.conftest import copy_of_sample


def timed(root: Path, *arguments: str) -> tuple[float, float, str]:
    """Wall seconds, peak memory in GB of the largest process, and output of one command."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pipelines.cli", "--instance", str(root), *arguments]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    return time.monotonic() - started, peak, done.stdout


def main() -> None:
    """Measure and print a table."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'run':<28}{'wall s':>8}{'peak GB':>9}")
    for _ in range(int(os.environ.get("REPEATS", "1"))):
        with tempfile.TemporaryDirectory() as folder:
            instance = copy_of_sample(Path(folder) / "data")
            for name, arguments in (
                ("first refresh", ["refresh"]),
                ("unchanged", ["refresh"]),
                ("rebuilt, nothing to parse", ["refresh", "--force"]),
            ):
                seconds, peak, _ = timed(instance.root, *arguments)
                print(f"{name:<28}{seconds:>8.1f}{peak:>9.2f}", flush=True)


if __name__ == "__main__":
    main()
