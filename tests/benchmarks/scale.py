"""Print what a whole refresh takes with a ledger of 1, 5 and 10 million new lines, stage by stage, beside bare DuckDB doing the same.

Not a test: it asserts no times. SIZES=n,n sets the sizes; RESULTS=file keeps them as CSV; WORK=folder is where instances lie. The sample
is refreshed first, so that what is measured is a night on which the lines come into an instance whose other files are known; then
a night without changes, and the next day's without a delivery. "To marts" is landing to marts; audit and release have columns of their
own. The floor reads the same compressed files with
hand-written casts and runs the hand-written script of the three ledger tables (floor.sql); it archives, checks and explains nothing.
"""

import csv
import math
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.sample.large import FOLDER, ledger_files, write_large_sample
from pipelines.transform.build import Build
from tests.benchmarks.transform import run_floor

STAGES = ("archive", "conform", "lay_out_inputs", "link", "dbt_build", "business_cases", "audit", "release")
TO_MARTS = STAGES[:5]
SMALLEST = 63_000  # the sample and one copy of each line
READ = """
    import duckdb
    c = duckdb.connect(config={{'threads': 2, 'memory_limit': '6GB', 'preserve_insertion_order': False}})
    c.execute('set enable_progress_bar = false')
    c.execute('''copy (select * exclude (Beløb, Bogføringsdato),
        strptime(Bogføringsdato, '%d-%m-%Y')::date as posting_date,
        replace(replace(Beløb, '.', ''), ',', '.')::decimal(18, 2) as posting_amount
        from read_csv({files}, delim = ';', header = true, all_varchar = true))
        to '{target}' (format parquet, compression zstd, compression_level 1)''')
"""
AHEAD = """
from datetime import UTC, datetime, timedelta
from pipelines import clock, cli
clock.now = lambda: datetime.now(UTC) + timedelta(days={days})
cli.main()
"""


@dataclass(frozen=True)
class Run:
    """What one process took. `stages`: seconds of each step of the job."""

    wall: float
    cpu: float
    peak_gb: float
    read_gb: float
    written_gb: float
    stages: dict[str, float]

    @property
    def to_marts(self) -> float:
        return sum(self.stages.get(stage, 0.0) for stage in TO_MARTS)


def refresh(instance: Path, *options: str, days_ahead: int = 0) -> Run:
    """One `portfolio refresh` in a process of its own, whose clock may be some days ahead."""
    command = [sys.executable, "-c", AHEAD.format(days=days_ahead), "--instance", str(instance), "refresh", *options]
    started, output = time.monotonic(), instance / "output.txt"
    with output.open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(output.read_text())
    wall = time.monotonic() - started
    blocks = 512 / 1e9
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024**2, usage.ru_inblock * blocks,
               usage.ru_oublock * blocks, stages(instance))  # fmt: skip


def stages(instance: Path) -> dict[str, float]:
    """Seconds of each step of the newest run, as Dagster noted them."""
    newest = max((instance / ".dagster" / "history" / "runs").glob("*-*.db"), key=lambda p: p.stat().st_mtime)
    with sqlite3.connect(newest) as connection:
        rows = connection.execute(
            "select step_key, (julianday(max(timestamp)) - julianday(min(timestamp))) * 86400 from event_logs "
            "where dagster_event_type in ('STEP_START', 'STEP_SUCCESS') group by 1"
        ).fetchall()
    return {name: float(seconds or 0) for name, seconds in rows}


def floor(instance: Path) -> float:
    """Seconds of bare DuckDB from the same compressed ledger files to the three ledger tables."""
    folder = instance / "floor"
    folder.mkdir()
    files = [str(path) for path in ledger_files(instance)]
    code = READ.format(files=files, target=folder / "raw.parquet")
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", "\n".join(line[4:] for line in code.splitlines())], check=False)
    if done.returncode:
        sys.exit("The floor could not read the ledger.")
    read = time.monotonic() - started
    build = Build(max((instance / "build").iterdir(), key=lambda p: p.stat().st_mtime))
    marts, _ = run_floor(build, Instance.load(instance).settings.price_year)
    return read + marts


def exponent(sizes: list[int], seconds: list[float], fixed: float) -> float:
    """The slope of log(seconds - fixed) over log(lines), by least squares."""
    points = [(math.log(n), math.log(max(s - fixed, 0.1))) for n, s in zip(sizes, seconds, strict=True)]
    middle = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
    return sum((x - middle[0]) * (y - middle[1]) for x, y in points) / sum((x - middle[0]) ** 2 for x, _ in points)


def _move(files: list[Path], folder: Path) -> None:
    """Files with what their sender says of them."""
    folder.mkdir(exist_ok=True)
    for path in files:
        for each in (path, path.with_name(path.name + ".delivery.yml")):
            each.rename(folder / each.name)


def measured(size: int) -> dict[str, object]:
    """One row of the table. Of size 0 is the smallest night with a new file for each month: what is fixed."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("WORK")) as name:
        (instance,) = write_large_sample(PROJECT_ROOT / "data", Path(name), size or SMALLEST)
        landing, aside = instance / FOLDER, instance / "aside"
        _move([path for path in ledger_files(instance) if "-" in path.name], aside)
        refresh(instance)
        _move(list(aside.glob("*.gz")), landing)
        run = refresh(instance)
        unchanged, next_day = refresh(instance), refresh(instance, days_ahead=1)
        bare = floor(instance)
    return {
        "lines": size,
        "wall s": run.wall,
        "CPU s": run.cpu,
        "peak GB": run.peak_gb,
        "read GB": run.read_gb,
        "written GB": run.written_gb,
        "to marts s": run.to_marts,
        "floor s": bare,
        "ratio": run.to_marts / bare,
        "unchanged s": unchanged.wall,
        "next day s": next_day.wall,
        "of that audit s": next_day.stages["audit"],
        **{stage: run.stages.get(stage, 0.0) for stage in STAGES},
    }


def main() -> None:
    """Measure and print a table, the growth, and the machine."""
    sizes = [int(n) for n in os.environ.get("SIZES", "0,1000000,5000000,10000000").split(",")]
    rows: list[dict[str, object]] = []
    for size in sizes:
        rows.append(measured(size))
        if size == sizes[0]:
            print("  ".join(rows[0]), flush=True)
        shown = (f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in rows[-1].values())
        print("  ".join(text.rjust(len(name)) for name, text in zip(rows[-1], shown, strict=True)), flush=True)
    if sizes[0] == 0 and len(rows) > 2:
        fixed, *grown = (float(str(row["to marts s"])) for row in rows)
        print(
            f"Growth of landing to marts, fixed cost of {fixed:.1f} s taken off: lines^{exponent(sizes[1:], grown, fixed):.2f}"
        )
    memory = resource.getpagesize() * os.sysconf("SC_PHYS_PAGES") / 1e9
    print(f"Machine: {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB")
    if target := os.environ.get("RESULTS"):
        with Path(target).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
