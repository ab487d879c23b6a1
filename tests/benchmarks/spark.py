"""Print whether Spark makes the same release as DuckDB of a ledger of five million lines, table by table, and what each takes.

Not a test: it asserts no times, but ends with an error when a table differs. SIZES=n,n sets the sizes. `make test-spark` holds the engines
against each other on the sample and on Canada's extract.
"""

import os
import sys
import tempfile
from pathlib import Path

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.sample.large import write_large_sample
from pipelines.transform.spark import SPARK_EXECUTABLE
from tests.benchmarks.scale import refresh
from tests.comparing import current, differing_tables


def measured(size: int) -> bool:
    """One size on both engines: a line each, and whether the releases are equal."""
    with tempfile.TemporaryDirectory() as name:
        (root,) = write_large_sample(PROJECT_ROOT / "data", Path(name), size)
        instance, made = Instance.load(root), []
        for engine in ("duckdb", "spark"):
            run = refresh(root, "--engine", engine, "--force")
            made.append(current(instance))
            print(
                f"{size:>12,}  {engine:<7}{run.wall:>8.1f}{run.stages['dbt_build']:>10.1f}{run.cpu:>8.1f}{run.peak_gb:>9.1f}",
                flush=True,
            )
        differ = differing_tables(instance, *made)
        print(f"{'':12}  {'equal' if not differ else 'differing: ' + ', '.join(differ)}", flush=True)
        return not differ


def main() -> None:
    """Measure all sizes."""
    if not SPARK_EXECUTABLE.exists():
        sys.exit("Spark is not set up: make setup-spark")
    print("       lines  engine   wall s  models s   CPU s  peak GB", flush=True)
    if not all([measured(int(size)) for size in os.environ.get("SIZES", "5000000").split(",")]):
        sys.exit(1)


if __name__ == "__main__":
    main()
