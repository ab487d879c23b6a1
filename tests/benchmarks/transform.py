"""Print what raw Parquet → core and marts takes at 1, 5 and 10 million ledger lines, beside a DuckDB script and a pandas program.

Not a test: it asserts no times, but stops when the script (floor.sql), the program (pandas_program.py) and the models do not find the same.
SIZES=n,n sets the sizes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipelines.instance import Instance
from pipelines.sample.scaled import scale_postings
from pipelines.transform.build import Build
from pipelines.transform.dbt import DBT_EXECUTABLE, DBT_PROJECT, dbt_environment, dbt_variables
from tests.conftest import copy_of_sample

FLOOR = Path(__file__).with_name("floor.sql")
PANDAS = Path(__file__).with_name("pandas_program.py")
SAME = (  # what is counted, the models' table, the script's and the program's; money in whole cents
    ("lines", "core.fct_posting", "fct_posting", "count(*), sum(posting_amount), count(is_it), sum(source_row_number)", {}),
    ("IT", "core.fct_it_spend", "fct_it_spend",
     "count(*), sum(spend_amount), count(system_id), count(contract_id), count(steering_area_code), "
     "count(*) filter (is_eliminated), sum(confidence_pct)",
     {"spend_amount": "cents * 0.01::decimal(3, 2)", "system_id": "target_system_id", "contract_id": "target_contract_id"}),
    ("IT in prices of the year", "core.fct_it_spend", "fct_it_spend", "sum(spend_real_amount)", None),  # which pandas has as fractions
    ("undecided", "core.fct_undecided_posting", "undecided", "count(*), sum(posting_amount)", {}),
)  # fmt: skip


def sample_build(folder: Path) -> tuple[Instance, Build]:
    """The sample released once, and its build with all inputs."""
    instance = copy_of_sample(folder / "data")
    command = [sys.executable, "-m", "pipelines.cli", "--instance", str(instance.root), "refresh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return instance, Build(max(instance.build.iterdir(), key=lambda p: p.stat().st_mtime))


def scaled_build(build: Build, folder: Path, lines: int) -> tuple[Build, int]:
    """A build with the same inputs but a ledger of that many lines; the number of lines."""
    shutil.copytree(build.inputs, folder / "inputs", ignore=shutil.ignore_patterns("raw_postings"))
    shutil.copy(build.plan_file, folder / "plan.json")
    scaled = Build(folder)
    return scaled, scale_postings(build.source("raw_postings"), scaled.source("raw_postings"), lines)


def timed(command: list[str], environment: dict[str, str], folder: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in GB of one process."""
    started = time.monotonic()
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit((folder / "output.txt").read_text())
    return time.monotonic() - started, usage.ru_maxrss / 1024**2


def run_models(build: Build, instance: Instance) -> tuple[float, float]:
    """One `dbt run` of the whole project."""
    command = [str(DBT_EXECUTABLE), "run", "--project-dir", str(DBT_PROJECT), "--target-path", str(build.dbt_target),
               "--log-path", str(build.dbt_target), "--vars", json.dumps(dbt_variables(build, instance))]  # fmt: skip
    return timed(command, dbt_environment(build), build.folder)


def run_floor(build: Build, price_year: int) -> tuple[float, float]:
    """The hand-written script in a process of its own, with the same threads and memory as the models."""
    settings = {"threads": 2, "memory_limit": "6GB", "preserve_insertion_order": False}
    code = (
        f"import duckdb; c = duckdb.connect('floor.duckdb', config={settings}); c.execute('set enable_progress_bar = false'); "
        f"c.execute('set variable price_year = {price_year}'); c.execute(open({str(FLOOR)!r}).read())"
    )
    return timed([sys.executable, "-c", code], {}, build.folder)


def run_pandas(build: Build, price_year: int) -> tuple[float, float]:
    """The same in pandas (pandas_program.py), in a process of its own."""
    command = [sys.executable, str(PANDAS), str(build.folder), str(price_year), str(build.folder / "pandas")]
    return timed(command, {}, build.folder)


def differences(build: Build) -> list[str]:
    """Where the script, the program and the models do not agree."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{build.warehouse}' (read_only); attach '{build.folder / 'floor.duckdb'}' as floor")
        found = []
        for name, made, table, figures, named in SAME:
            said = {
                "models": connection.execute(f"select {figures} from warehouse.{made}").fetchone(),
                "script": connection.execute(f"select {figures} from floor.{table}").fetchone(),
            }
            if named is not None:
                asked = figures
                for ours, theirs in named.items():
                    asked = asked.replace(f"({ours})", f"({theirs})")
                program = f"'{build.folder / 'pandas' / table}.parquet'"
                said["pandas"] = connection.execute(f"select {asked} from {program}").fetchone()
            if len(set(said.values())) > 1:
                found.append(f"{name}: {said}")
    return found


def main() -> None:
    """Measure and print a table."""
    sizes = [int(n) for n in os.environ.get("SIZES", "1000000,5000000,10000000").split(",")]
    columns = ("models s", "peak GB", "script s", "peak GB", "ratio", "pandas s", "peak GB", "ratio")
    print(f"{'lines':>12}" + "".join(name.rjust(10) for name in columns))
    with tempfile.TemporaryDirectory() as folder:
        instance, sample = sample_build(Path(folder))
        for size in sizes:
            place = Path(folder) / str(size)
            build, lines = scaled_build(sample, place, size)
            models = run_models(build, instance)
            script, program = (run(build, instance.settings.price_year) for run in (run_floor, run_pandas))
            figures = [*models, *script, models[0] / script[0], *program, models[0] / program[0]]
            print(f"{lines:>12,}" + "".join(f"{figure:>10.2f}" for figure in figures), flush=True)
            if wrong := differences(build):
                sys.exit("They do not find the same:\n" + "\n".join(wrong))
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
