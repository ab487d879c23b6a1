"""Print what conforming a large SAP-style ledger takes beside a bare DuckDB doing the same casts, and how fast landing is looked at.

Not a test: it asserts nothing. LINES=n sets the size (default 5,000,000 lines, Windows-1252, 0.01 % bad rows).
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import yaml

from pipelines.contracts.codes import Codes
from pipelines.contracts.loading import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.archive import Delivery
from pipelines.ingest.conform import conform
from pipelines.ingest.landing import land
from pipelines.ingest.report import DeliveryReport
from pipelines.ingest.unpack import plain_files
from pipelines.instance import PROJECT_ROOT, Instance
from tests.conforming import contract as make_contract

BENCH_PYTHON = PROJECT_ROOT / ".venv-bench" / "bin" / "python"
DLT_LINES = 500_000
COLUMNS = {
    "voucher_key": "Bilagsnummer", "posting_date": "Bogføringsdato", "fiscal_year": "Regnskabsår", "fiscal_period": "Periode",
    "cost_centre_code": "Omkostningssted", "account_code": "Artskonto", "account_name": "Artskonto tekst",
    "project_code": "PSP-element", "supplier_key": "Kreditor", "supplier_name": "Kreditornavn", "posting_text": "Tekst",
    "posting_amount": "Beløb",
}  # fmt: skip
TYPES = {"posting_date": "date", "fiscal_year": "integer", "fiscal_period": "integer", "posting_amount": "number"}


def ledger(path: Path, lines: int) -> None:
    """Write the ledger in Windows-1252: decimal comma, thousands dot, trailing minus, one bad row in ten thousand."""
    header = ";".join(COLUMNS.values()) + "\r\n"
    with path.open("wb") as file:
        file.write(header.encode("windows-1252"))
        for start in range(0, lines, 100_000):
            block = [
                f"{n:010d};{n % 28 + 1:02d}.{n % 12 + 1:02d}.2026;2026;{n % 12 + 1 if n % 10_000 else 'x'};{n % 997:06d};4{n % 89:05d};"
                f"Køb af ydelser {n % 31};PSP-{n % 4001};{n % 5003:08d};Leverandør {n % 5003} ApS;Faktura – {n};"
                f"{n % 9},{n % 100:02d}{'-' if n % 7 == 0 else ''}\r\n"
                if n % 3
                else f"{n:010d};{n % 28 + 1:02d}.{n % 12 + 1:02d}.2026;2026;{n % 12 + 1};{n % 997:06d};4{n % 89:05d};;;;;"
                f"Løn – {n};{n % 90 + 1}.{n % 1000:03d},50\r\n"
                for n in range(start, min(start + 100_000, lines))
            ]
            file.write("".join(block).encode("windows-1252"))


def agreement(folder: Path) -> Contract:
    """The contract of that ledger."""
    columns = [
        {"name": n, "physicalName": h, "logicalType": TYPES.get(n, "string")}
        | ({"logicalTypeOptions": {"format": "dd.MM.yyyy"}} if n == "posting_date" else {})
        for n, h in COLUMNS.items()
    ]
    return make_contract(folder, {"encoding": "windows-1252"}, columns)


def bare(utf8: Path, target: Path) -> float:
    """Seconds that a hand-written DuckDB statement takes for the same casts."""
    names = ", ".join(f"'{n}': 'VARCHAR'" for n in COLUMNS)
    amount = "replace(replace(posting_amount, '.', ''), ',', '.')"
    amount = (
        f"try_cast(case when suffix({amount}, '-') then '-' || left({amount}, -1) else {amount} end as decimal(18,2))"
    )
    kept = ", ".join(n for n in COLUMNS if n not in TYPES)
    started = time.monotonic()
    duckdb.sql(
        f"copy (select {kept}, cast(try_strptime(posting_date, '%d.%m.%Y') as date) as posting_date, "
        "try_cast(fiscal_year as integer) as fiscal_year, try_cast(fiscal_period as bigint) as fiscal_period, "
        f"{amount} as posting_amount from read_csv('{utf8}', header=true, delim=';', quote='\"', auto_detect=false, "
        f"columns={{{names}}})) to '{target}' (format parquet, compression zstd)"
    )
    return time.monotonic() - started


def conformed(folder: Path, utf8: Path) -> tuple[float, DeliveryReport]:
    """Seconds that conforming the same file by its contract takes, and what came out."""
    contract = load_contract(folder / "contract.odcs.yaml")
    now = datetime.now(UTC)
    delivery = Delivery("d", contract.id, date(2026, 12, 31), now, "", 0, "ledger.csv", "landing/ledger.csv")
    places = (folder / "accepted.parquet", folder / "rejected.parquet", folder / "work")
    started = time.monotonic()
    report = conform(delivery, contract, Codes({}, None, None), (utf8,), *places)
    return time.monotonic() - started, report


def with_dlt(utf8: Path, lines: int, folder: Path) -> float:
    """Lines a second that dlt loads row by row, which it is given fewer of."""
    program = Path(__file__).with_name("dlt_load.py")
    command = [str(BENCH_PYTHON), str(program), str(utf8), str(lines), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return lines / float(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print: the two in turn, since a machine's speed drifts, and the middle of their ratios."""
    lines, rounds = int(os.environ.get("LINES", "5000000")), int(os.environ.get("ROUNDS", "3"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "work").mkdir()
        print(f"writing {lines:,} lines ...", flush=True)
        ledger(folder / "ledger.csv", lines)
        contract = agreement(folder)
        started = time.monotonic()
        ((_, utf8),) = plain_files(contract, folder / "ledger.csv", "ledger.csv", folder / "work")
        print(f"transcoding to UTF-8 {time.monotonic() - started:14.1f} s", flush=True)
        utf8 = utf8.rename(folder / "utf8.csv")
        text = (folder / "contract.odcs.yaml").read_text("utf-8")
        (folder / "contract.odcs.yaml").write_text(text.replace("windows-1252", "utf-8"), "utf-8")
        ratios = []
        for _ in range(rounds):
            floor = bare(utf8, folder / "bare.parquet")
            seconds, report = conformed(folder, utf8)
            ratios.append(seconds / floor)
            print(
                f"bare DuckDB {floor:6.1f} s, {lines / floor:11,.0f} lines/s; conform {seconds:6.1f} s, {lines / seconds:11,.0f} "
                f"lines/s; ratio {ratios[-1]:.2f}",
                flush=True,
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"middle ratio {statistics.median(ratios):.2f}, peak {peak:.1f} GB resident")
        if BENCH_PYTHON.exists():
            few = min(lines, DLT_LINES)
            speed = with_dlt(utf8, few, folder)
            times = lines / seconds / speed
            print(f"dlt, {few:,} lines, row by row: {speed:,.0f} lines/s; conform is {times:.0f} times as fast")
        else:
            print("dlt: left out, make setup-bench brings it")
        print(f"{report.accepted_rows:,} accepted, {report.rejected_rows:,} rejected, {report.accepted_amount:,} kr.")
    landing()


def landing(files: int = 1000) -> None:
    """An unchanged landing folder of a thousand files."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "instance.yml").write_text("name: x\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
        (root / "landing" / "tmf").mkdir(parents=True)
        for n in range(files):
            path = root / "landing" / "tmf" / f"poster_{n}.csv"
            path.write_text(f"Bilag;Dato;Beløb\n{n};01.02.2026;1\n", "utf-8")
            path.with_name(path.name + ".delivery.yml").write_text(
                yaml.safe_dump({"business_date": "2026-01-31"}), "utf-8"
            )
        contract = make_contract(root, {"filePattern": r"poster_.*\.csv"})
        for look in ("first", "unchanged"):
            started = time.monotonic()
            land(Instance.load(root), [contract])
            print(f"landing, {files} files, {look:<10}{time.monotonic() - started:7.2f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
