"""Three more real extracts whose layouts change over time, ingested by contracts alone: counts and sums are the files' own."""

import csv
import io
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.instance import Instance
from pipelines.release.whole import open_whole
from tests.real.land import land

pytestmark = pytest.mark.real
Run = Callable[..., subprocess.CompletedProcess[str]]
Rows = list[dict[str, str]]

DEVON = ("201103", "201112", "201201", "201210", "201407", "201704", "202001")
DEVON_ENCODINGS = {"201112": "cp1252", "201407": "cp1252"}
DEVON_HALF_PENNIES = {
    "201103": {3322: "1534.425", 5701: "1813.625", 6158: "18405.445"},
    "201112": {1069: "638.875"},
    "201201": {4349: "2573.695"},
    "201210": {3986: "815.045", 3987: "631.085", 5571: "65477.705"},
}
GSA = ("2016-08-17_89a4a76", "2016-11-08_b0ae35d", "2018-04-12_2eeca9e")
CENT = Decimal("0.01")
RESIDUE = Decimal("0.00000001")


@pytest.fixture(scope="module")
def released(real_files: Path, tmp_path_factory: pytest.TempPathFactory, portfolio: Run) -> Callable[[str], Instance]:
    """Refresh an instance to a release, once."""
    folder = tmp_path_factory.mktemp("more")
    done: dict[str, Instance] = {}

    def release(name: str) -> Instance:
        if name not in done:
            instance = land(name, real_files, folder)
            outcome = portfolio(instance.root, "refresh")
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            done[name] = instance
        return done[name]

    return release


@pytest.fixture(scope="module")
def devon(released: Callable[[str], Instance]) -> Instance:
    return released("devon")


@pytest.fixture(scope="module")
def federal(released: Callable[[str], Instance]) -> Instance:
    return released("us-federal")


@pytest.fixture(scope="module")
def gsa(released: Callable[[str], Instance]) -> Instance:
    return released("gsa")


def query(instance: Instance, sql: str) -> list[Any]:
    with open_whole(instance.releases / "current") as connection:
        return connection.execute(sql).fetchall()


def rejected(instance: Instance, dataset: str) -> list[Any]:
    """(file, row, rule, column, raw cells) of every fault, in order."""
    names = dict(query(instance, "select delivery_id, file_name from fct_delivery"))
    faults = duckdb.sql(
        "select delivery_id, source_row_number, rule_code, source_column, raw_text "
        f"from read_parquet('{instance.rejected / dataset}/*.parquet')"
    ).fetchall()
    return sorted((names[f[0]], f[1], f[2], f[3], tuple(json.loads(f[4]))) for f in faults)


def read(path: Path, encoding: str = "utf-8-sig") -> tuple[Rows, int]:
    """The rows that hold something, read by Python's csv, and how many do not."""
    every = list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))
    rows = [row for row in every if any(cell.strip() for cell in row.values())]
    return rows, len(every) - len(rows)


# One agency of 2024 wrote its dates in a spreadsheet that kept day and month: 17 of its 28 rows have no year to be read.
SHORTENED_DATES = (
    "No administration has more than 10 % of its rows in a delivery in force rejected, even where the whole file has fewer: "
    "not true of 1 of 37 rows (2.7 %), such as 60.71."
)


@pytest.mark.parametrize(("name", "warnings"), [("devon", []), ("us-federal", [SHORTENED_DATES]), ("gsa", [])])
def test_release_warns_of_nothing_but_what_is_so(
    name: str, warnings: list[str], released: Callable[[str], Instance]
) -> None:
    manifest = json.loads((released(name).releases / "current" / "release.json").read_bytes())
    counts = manifest["audit"]["counts"]
    assert manifest["audit"]["warnings"] == warnings
    assert {n: c for n, c in counts.items() if n not in ("passed", "not_applicable", "warning") and c} == {}
    assert (manifest["refused"], manifest["not_taken"], manifest["late"]) == ([], [], [])
    raw = released(name).raw
    assert [p.name for p in raw.rglob("d*.json") if json.loads(p.read_bytes()).get("warnings")] == []


def devon_rows(real_files: Path, month: str) -> tuple[Rows, int]:
    encoding = DEVON_ENCODINGS.get(month, "utf-8-sig")
    return read(real_files / "devon" / f"DCCSpendingOver500_{month}.csv", encoding)


def test_devon_rows_and_sums_equal_every_file(devon: Instance, real_files: Path) -> None:
    """To the cent, without the eight lines of half a penny; what lies beyond the eighth decimal is binary residue."""
    found = {
        name: figures
        for name, *figures in query(
            devon,
            "select file_name, source_row_count, accepted_row_count, rejected_row_count, blank_row_count, accepted_amount, "
            "business_date, delivery_status_code, is_in_force from fct_delivery",
        )
    }
    in_marts = {
        name: figures
        for name, *figures in query(
            devon,
            "select file_name, count(*), sum(posting_amount) from fct_posting join fct_delivery using (delivery_id) group by 1",
        )
    }
    ends = (31, 31, 31, 31, 31, 30, 31)
    expected: dict[str, list[Any]] = {}
    for month, end in zip(DEVON, ends, strict=True):
        rows, blank = devon_rows(real_files, month)
        halves = DEVON_HALF_PENNIES.get(month, {})
        amounts = [Decimal(row["Amount"]) for row in rows]
        kept = [a.quantize(CENT) for a in amounts if abs(a - a.quantize(CENT)) < RESIDUE]
        assert len(rows) - len(kept) == len(halves)
        lost = sum((Decimal(text) for text in halves.values()), Decimal(0))
        assert abs(sum(amounts, Decimal(0)) - sum(kept, Decimal(0)) - lost) < RESIDUE
        day = date(int(month[:4]), int(month[4:]), end)
        expected[f"DCCSpendingOver500_{month}.csv"] = [
            len(rows), len(kept), len(halves), blank, sum(kept), day, "accepted", True,
        ]  # fmt: skip
    assert found == expected
    assert in_marts == {name: [figures[1], figures[4]] for name, figures in expected.items()}
    assert [expected[f"DCCSpendingOver500_{m}.csv"][3] for m in DEVON] == [0, 1323, 1012, 0, 0, 0, 0]
    assert sum(figures[1] for figures in expected.values()) == 55403


def test_devon_rejects_half_pennies_and_nothing_else(devon: Instance) -> None:
    found = [(name, row, rule, column, cells[5]) for name, row, rule, column, cells in rejected(devon, "postings")]
    assert found == [
        (f"DCCSpendingOver500_{month}.csv", row, "not_an_amount", "Amount", amount)
        for month, rows in DEVON_HALF_PENNIES.items()
        for row, amount in rows.items()
    ]


def test_devon_residues_of_binary_arithmetic_are_nothing(devon: Instance, real_files: Path) -> None:
    expected = [
        row["Transaction Number"] for m in DEVON for row in devon_rows(real_files, m)[0] if "E" in row["Amount"]
    ]
    zero = query(
        devon, "select posting_key from fct_posting where posting_amount = 0 order by posting_date, posting_key"
    )
    assert [key for (key,) in zero if key in expected] == expected
    assert expected == ["FINSUPP20236915", "FINSUPP20236950", "FINSSCW30457947", "FINSSCW30457948"]


def test_devon_transaction_numbers_that_recur_stay(devon: Instance, real_files: Path) -> None:
    """Three numbers stand in December 2011 and in January 2012: other payments, and no duplicates."""
    december, january = (
        Counter(row["Transaction Number"] for row in devon_rows(real_files, month)[0]) for month in ("201112", "201201")
    )
    recurring = sorted(december.keys() & january.keys())
    assert len(recurring) == 3
    found = query(
        devon,
        f"select posting_key, count(*) from fct_posting where posting_key in {tuple(recurring)} "
        "and posting_date between '2011-12-01' and '2012-01-31' group by 1 order by 1",
    )
    assert found == [(key, december[key] + january[key]) for key in recurring]


def test_devon_texts_and_dates_survive_every_layout(devon: Instance, real_files: Path) -> None:
    """Suppliers are written as in the file, whatever its encoding; the dates are those of the files, in both styles."""
    expected: Counter[tuple[str, date, str]] = Counter()
    for month in DEVON:
        halves = DEVON_HALF_PENNIES.get(month, {})
        for row in devon_rows(real_files, month)[0]:
            if row["Amount"] in halves.values():
                continue
            text = row["Date"][:10]
            day = date(*map(int, reversed(text.split("/")))) if "/" in text else date.fromisoformat(text)
            expected[month, day, row["Supplier Name"].strip()] += 1
    found = query(
        devon,
        "select strftime(business_date, '%Y%m'), posting_date, source_supplier_name, count(*) "
        "from fct_posting join fct_delivery using (delivery_id) group by 1, 2, 3",
    )
    assert {(m, d, s): n for m, d, s, n in found} == expected
    assert sum(n for (m, d, _), n in expected.items() if m == "202001" and d.month == 2) == 1495


def federal_rows(real_files: Path, year: int) -> Rows:
    rows, blank = read(real_files / "us-federal" / f"{year}_consolidated_ai_inventory_raw.csv")
    assert blank == 0
    return rows


def test_federal_years_follow_each_other(federal: Instance, real_files: Path) -> None:
    found = query(
        federal,
        "select business_date, source_row_count, accepted_row_count, rejected_row_count, is_in_force from fct_delivery order by 1",
    )
    assert found == [(date(2023, 12, 31), 710, 710, 0, False), (date(2024, 12, 31), 1757, 1725, 32, True)]
    assert [row[1] for row in found] == [len(federal_rows(real_files, year)) for year in (2023, 2024)]


def test_federal_rejections_are_repeated_names_and_dates_that_a_spreadsheet_cut(
    federal: Instance, real_files: Path
) -> None:
    """14 names that a bureau lists twice, 17 dates such as 24-Feb, and one 'Pre-2021'."""
    faults = rejected(federal, "systems")
    assert {name for name, *_ in faults} == {"2024_consolidated_ai_inventory_raw.csv"}
    assert Counter((rule, column) for _, _, rule, column, _ in faults) == {
        ("repeated_key", None): 14,
        ("not_a_date", "20_date_implemented"): 18,
    }
    rows = federal_rows(real_files, 2024)
    place = list(rows[0]).index("20_date_implemented")
    cut = Counter(cells[place].strip() for _, _, rule, _, cells in faults if rule == "not_a_date")
    assert cut.pop("Pre-2021") == 1
    months = {"25-Feb": 3, "24-Jun": 2, "24-May": 2, "24-Oct": 2, "24-Aug": 1, "22-Nov": 1, "24-Nov": 1}
    assert cut == months | {"23-Dec": 1, "18-Feb": 1, "22-Feb": 1, "15-Apr": 1, "24-Jul": 1}
    names = Counter(tuple(row[n].strip() for n in ("3_abr", "4_bureau", "2_use_case_name")) for row in rows)
    repeated = Counter(
        (c[2].strip(), c[3].strip(), c[0].strip()) for _, _, rule, _, c in faults if rule == "repeated_key"
    )
    assert repeated == Counter({key: n - 1 for key, n in names.items() if n > 1})


def test_federal_systems_equal_the_file_by_agency_and_stage(federal: Instance, real_files: Path) -> None:
    rows = federal_rows(real_files, 2024)
    lost = {row for _, row, *_ in rejected(federal, "systems")}
    kept = [row for number, row in enumerate(rows, start=2) if number not in lost]
    stages = {
        "Planned": "undecided",
        "Initiated": "undecided",
        "Acquisition and/or Development": "phasing_in",
        "Implementation and Assessment": "phasing_in",
        "Operation and Maintenance": "operational",
        "In production": "operational",
        "In mission": "operational",
        "Retired": "retired",
        "": None,
    }
    expected = Counter((row["3_abr"].strip(), stages[row["16_dev_stage"].strip()]) for row in kept)
    found = query(federal, "select administration_code, lifecycle_code, count(*) from dim_system group by 1, 2")
    assert {(code, stage): n for code, stage, n in found} == expected
    assert sum(expected.values()) == 1725
    assert len({code for code, _ in expected}) == 37
    keys = {" / ".join(p for p in (row["4_bureau"].strip(), row["2_use_case_name"].strip()) if p) for row in kept}
    assert {key for (key,) in query(federal, "select system_key from dim_system")} == keys


def test_federal_ids_of_2023_are_its_own(federal: Instance, real_files: Path) -> None:
    folder = federal.raw / "systems"
    found = duckdb.sql(
        f"select system_key, administration_code, system_name from read_parquet('{folder}/*.parquet') "
        "where system_key similar to '.*-[0-9]{4}-2023'"
    ).fetchall()
    expected = federal_rows(real_files, 2023)
    assert sorted(found) == sorted((r["Use_Case_ID"], r["Department_Code"], r["Title"].strip()) for r in expected)


def test_federal_years_that_a_spreadsheet_took_for_days_are_unknown(federal: Instance, real_files: Path) -> None:
    """Day 2022 of a spreadsheet's calendar is 14 July 1905: 31 starts and 17 ends are years, and their days are unknown."""
    rows = federal_rows(real_files, 2024)
    shown = [sum(row[n].strip().endswith("/1905") for row in rows) for n in ("20_date_implemented", "21_date_retired")]
    assert shown == [31, 17]
    assert query(
        federal, "select count(*) from dim_system where year(use_start_date) = 1905 or year(use_end_date) = 1905"
    ) == [(0,)]
    ends = [row["21_date_retired"].strip() for row in rows]
    given = sum(end[:1].isdigit() and not end.endswith("/1905") for end in ends)
    assert query(federal, "select count(use_end_date) from dim_system") == [(given,)]


def test_gsa_three_dates_are_kept_and_the_newest_counts(gsa: Instance, real_files: Path) -> None:
    expected = []
    for name in GSA:
        rows, blank = read(real_files / "gsa" / f"it-standards_{name}.csv")
        assert (blank, len({row["Standard Name"].strip() for row in rows})) == (0, len(rows))
        expected.append((date.fromisoformat(name[:10]), len(rows), len(rows), 0, name == GSA[-1]))
    found = query(
        gsa,
        "select business_date, source_row_count, accepted_row_count, rejected_row_count, is_in_force from fct_delivery order by 1",
    )
    assert found == expected
    assert [row[1] for row in found] == [1221, 1138, 1543]
    assert rejected(gsa, "systems") == []


def test_gsa_each_date_has_its_names_states_and_expirations(gsa: Instance, real_files: Path) -> None:
    """The column of expirations came with the second file; statuses mean one of our states at every date."""
    states = {
        "Not yet submitted": "undecided",
        "Proposed": "undecided",
        "Denied": "not_in_use",
        "Pilot": "pilot",
        "Sunsetting": "phasing_out",
    }
    for delivery, name in query(gsa, "select delivery_id, file_name from fct_delivery"):
        rows, _ = read(real_files / "gsa" / name)
        found = duckdb.sql(
            f"select system_key, lifecycle_code, use_end_date from read_parquet('{gsa.raw}/systems/{delivery}-*.parquet')"
        ).fetchall()
        assert sorted(found, key=lambda r: r[0]) == sorted(
            (
                (r["Standard Name"].strip(), states.get(r["Status"], "operational"), expiration(r.get("Approval Expiration Date")))
                for r in rows
            ),
            key=lambda r: r[0],
        )  # fmt: skip


def expiration(text: str | None) -> date | None:
    """2018-05 and 2018/05 are the first day of the month; one cell of one file is 01/05/18."""
    if not text or text == "-":
        return None
    if text == "01/05/18":
        return date(2018, 1, 5)
    return date(int(text[:4]), int(text[5:]), 1)
