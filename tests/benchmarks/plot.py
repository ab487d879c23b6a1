"""Draw the table that scale.py keeps (RESULTS=file): seconds by stage over ledger lines, beside the floor.

`python -m tests.benchmarks.plot CSV SVG`
"""

import csv
import sys
from pathlib import Path

import vl_convert

from tests.benchmarks.scale import STAGES

NAMES = {"floor s": "bare DuckDB, to marts"}


def values(path: Path) -> list[dict[str, object]]:
    """One value for each size and stage, and for the floor."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["lines"])]
    bars = {**dict.fromkeys(STAGES, "refresh"), "floor s": "floor"}
    return [
        {"lines": int(row["lines"]) / 1e6, "what": NAMES.get(column, column), "seconds": float(row[column]), "bar": bar}
        for row in rows
        for column, bar in bars.items()
    ]


def main() -> None:
    """Write the drawing."""
    source, target = map(Path, sys.argv[1:3])
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": "Seconds of a whole refresh by stage, beside bare DuckDB from the same files to the ledger tables",
        "data": {"values": values(source)},
        "width": 560,
        "height": 300,
        "mark": "bar",
        "encoding": {
            "x": {"field": "lines", "type": "ordinal", "title": "million ledger lines"},
            "xOffset": {"field": "bar", "sort": ["refresh", "floor"]},
            "y": {"field": "seconds", "type": "quantitative", "title": "seconds"},
            "color": {"field": "what", "type": "nominal", "title": None, "sort": [*STAGES, "bare DuckDB, to marts"]},
        },
    }
    target.write_text(vl_convert.vegalite_to_svg(chart), "utf-8")


if __name__ == "__main__":
    main()
