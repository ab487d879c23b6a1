"""Print what the business cases of many candidates take: the simulation alone, and all tables of a warehouse.

Not a test: it asserts nothing. CANDIDATES, DRAWS and YEARS set the size (100 candidates, 10,000 draws, 10 years after year 0).
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import duckdb

from pipelines.cases.assumptions import FILE_NAME, Assumptions, load_assumptions
from pipelines.cases.candidates import Candidate, SystemUse
from pipelines.cases.case import Case, simulated
from pipelines.cases.run import fill_tables
from pipelines.cases.tables import TABLES, create_tables
from pipelines.instance import PROJECT_ROOT

AS_OF = date(2026, 11, 22)


def candidates(count: int) -> list[Candidate]:
    """Candidates of three to seven administrations, with two system uses at each, of four products, and contracts that end apart."""
    return [Candidate(f"c{n:05d}", f"Candidate {n}", False, tuple(uses(n))) for n in range(count)]


def uses(n: int) -> Iterator[SystemUse]:
    """The system uses of candidate n."""
    for a, s in product(range(3 + n % 5), range(2)):
        leaving = date(2027 + (a + n) % 4, 1 + n % 12, 1)
        yield SystemUse(f"a{a}", f"a{a}-{s}", f"p{(a + s + n) % 4}", 50 * a + n, 90_000.0 * (a + 1) + n, leaving)


def sized(draws: int, years: int) -> Assumptions:
    """The sample's assumptions with this size."""
    known = load_assumptions(PROJECT_ROOT / "data" / "reference" / FILE_NAME, AS_OF)
    assert known is not None
    return known.with_values({"draw_count": draws, "horizon_years": years})


def main() -> None:
    """Measure and print."""
    count, draws, years = (
        int(os.environ.get(n, d)) for n, d in (("CANDIDATES", "100"), ("DRAWS", "10000"), ("YEARS", "10"))
    )
    known = sized(draws, years)
    cases = [Case.of(candidate, known, AS_OF) for candidate in candidates(count)]
    size = f"{count} candidates x {draws:,} draws x {years} years"
    started = time.monotonic()
    simulated(cases)
    print(f"simulation, {size} {time.monotonic() - started:8.2f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "w.duckdb")) as connection:
        create_tables(connection)
        started = time.monotonic()
        fill_tables(connection, [Case.of(candidate, known, AS_OF) for candidate in candidates(count)], 2026)
        print(f"all tables, simulation included {time.monotonic() - started:8.2f} s")
        for name in TABLES:
            print(f"  {name}: {connection.execute(f'select count(*) from marts.{name}').fetchall()[0][0]:,} rows")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GB resident")


if __name__ == "__main__":
    main()
