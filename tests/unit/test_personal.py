"""The search for people finds them wherever a run could have put them, and leaves alone where they may be."""

import json
from pathlib import Path

import duckdb
from openpyxl import Workbook

from pipelines.ingest.expressions import literal
from pipelines.instance import PROJECT_ROOT
from tests.personal import leaks

PERSON = json.loads((PROJECT_ROOT / "tests" / "truth" / "personal.json").read_text("utf-8"))["names"][0]


def test_people_are_found_in_every_kind_of_file(tmp_path: Path) -> None:
    for folder in ("archive", "landing", "rejected", "releases", ".dagster"):
        (tmp_path / folder).mkdir()
    for place in (
        "archive/object",
        "landing/file.csv",
        "rejected/rows.json",
        "releases/page.html",
        ".dagster/event.log",
    ):
        (tmp_path / place).write_text(f"Spørg {PERSON}", "utf-8")
    (tmp_path / "releases" / "release.json").write_text(json.dumps({"asked": PERSON}), "utf-8")
    (tmp_path / "releases" / "clean.html").write_text("Spørg kontoret", "utf-8")
    book = Workbook()
    book.active.append([PERSON])
    book.save(tmp_path / "releases" / "rows.xlsx")
    with duckdb.connect(str(tmp_path / "releases" / "marts.duckdb")) as connection:
        connection.execute(f"create table mart_x as select {literal(PERSON)} as who")
        connection.execute("create table mart_y as select 1 as n")
        connection.execute(f"copy mart_x to {literal(str(tmp_path / 'releases' / 'x.parquet'))} (format parquet)")
    assert leaks(tmp_path) == [
        ".dagster/event.log", "releases/marts.duckdb: main.mart_x", "releases/page.html", "releases/release.json",
        "releases/rows.xlsx", "releases/x.parquet",
    ]  # fmt: skip
