"""Load a ledger row by row with dlt into DuckDB, as its documentation shows.

A program of `.venv-bench`: FILE LINES FOLDER; prints seconds.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

import dlt


def amount(text: str) -> Decimal | None:
    plain = text.replace(".", "").replace(",", ".")
    try:
        return Decimal(f"-{plain[:-1]}" if plain.endswith("-") else plain)
    except InvalidOperation:
        return None


def day(text: str) -> date | None:
    return datetime.strptime(text, "%d.%m.%Y").date() if text else None


@dlt.resource(name="postings", write_disposition="replace")
def postings(path: Path, lines: int) -> Iterator[dict[str, object]]:
    """The file's rows with the casts that the contract asks for; what cannot be cast is null."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in islice(csv.DictReader(file, delimiter=";"), lines):
            yield row | {
                "Bogføringsdato": day(row["Bogføringsdato"]),
                "Regnskabsår": int(row["Regnskabsår"]),
                "Periode": int(row["Periode"]) if row["Periode"].isdigit() else None,
                "Beløb": amount(row["Beløb"]),
            }


def main() -> None:
    """Load, and say how long it took."""
    path, lines, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    started = time.monotonic()
    destination = dlt.destinations.duckdb(str(folder / "dlt.duckdb"))
    pipeline = dlt.pipeline("ledger", pipelines_dir=str(folder / "dlt"), destination=destination, dataset_name="raw")
    pipeline.run(postings(path, lines))
    seconds = time.monotonic() - started
    with pipeline.sql_client() as client:
        ((loaded,),) = client.execute_sql("select count(*) from postings")
    if loaded != lines:
        sys.exit(f"dlt loaded {loaded} of {lines} lines.")
    print(seconds)


if __name__ == "__main__":
    main()
