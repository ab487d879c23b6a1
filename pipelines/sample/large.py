"""The sample with a ledger of any size: the closed years of the shared ledger, copied into the years before, in constant memory.

The files that the sample has stay as they are. Every copy has vouchers of its own, amounts up to 6 % higher and, for two lines of
three, a text that no other line has, as ledgers do. Internal trade is not copied: its pairs stay the sample's. Copies lie two years
back and are delivered a month at a time, as large ledgers are: no day comes twice, and a file of more than 4 GB would be refused.
"""

import gzip
import json
import shutil
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.files import parse_yaml, write_json
from pipelines.ingest.expressions import literal
from pipelines.sample.generate import DEFAULT_SEED, write_sample

YEARS, EARLIER, MONTHS = (2024, 2025), 2, range(1, 13)
CONTRACT, FOLDER = "_shared.postings", "landing/_shared"
LINES_AT_A_TIME = 500_000
CONFIGURATION = ("instance.yml", "contracts", "reference")
VOUCHER, PARTNER, TEXT, AMOUNT = "Bilagsnummer", "Partnerselskab", "Posteringstekst", "Beløb"
DAY, FISCAL_YEAR = "Bogføringsdato", "Regnskabsår"
NUMBER = f"cast(replace(replace(\"{AMOUNT}\", '.', ''), ',', '.') as decimal(18, 2))"
RAISED = f"cast({NUMBER} * (1 + copy % 7 * 0.01) as decimal(18, 2))"
COPIED = f"""
    select copy, source.* replace (
        "{VOUCHER}" || '-' || copy as "{VOUCHER}",
        strftime(strptime("{DAY}", '%d-%m-%Y') - interval {EARLIER} years, '%d-%m-%Y') as "{DAY}",
        cast(cast("{FISCAL_YEAR}" as integer) - {EARLIER} as varchar) as "{FISCAL_YEAR}",
        case when line % 3 = 0 then "{TEXT}" else "{TEXT}" || ' ' || copy end as "{TEXT}",
        replace(cast({RAISED} as varchar), '.', ',') as "{AMOUNT}")
    from source cross join range($first, $last) as copies (copy) where coalesce("{PARTNER}", '') = ''
"""


def write_large_sample(
    source: Path, target: Path, lines: int, municipalities: int = 1, seed: int = DEFAULT_SEED
) -> list[Path]:
    """Write instances of some `lines` ledger lines together below `target`, each with its truth in `truth/`; returns their folders.

    `source`: the instance whose contracts and reference data they take. The first municipality is the sample itself, the others have
    the same systems and contracts and ledgers of their own.
    """
    made = []
    for number in range(municipalities):
        folder = target / f"municipality-{number + 1:02d}"
        _write_configuration(source, folder, number + 1)
        write_sample(folder, seed=seed, truth=folder / "truth")
        _grow(folder, lines // municipalities, first=1 + number * 1_000_000)
        made.append(folder)
    return made


def _write_configuration(source: Path, folder: Path, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in CONFIGURATION:
        path = source / name
        if path.is_dir():
            shutil.copytree(path, folder / name, dirs_exist_ok=True)
        else:
            shutil.copy(path, folder / name)
    settings = parse_yaml((folder / "instance.yml").read_text("utf-8"))
    settings["name"] = f"{settings['name']} {number}"
    (folder / "instance.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")


def ledger_files(folder: Path) -> list[Path]:
    """The files of an instance that hold the ledger's closed years: those of the sample, and the copies month by month."""
    years = (*YEARS, *(year - EARLIER for year in YEARS))
    return sorted(path for year in years for path in (folder / FOLDER).glob(f"kvantum_poster_{year}*.csv.gz"))


def _grow(folder: Path, lines: int, first: int) -> None:
    """Let the ledger files hold copies until the instance has about `lines` lines; `first`: the number of the first copy."""
    totals = json.loads((folder / "truth" / "totals.json").read_text("utf-8"))
    there = sum(c["accepted"] for name, c in totals["contracts"].items() if name.endswith(".postings"))
    with tempfile.TemporaryDirectory(dir=folder) as work:
        growing = [_Growing(folder, year, Path(work)) for year in YEARS]
        copies = max(0, round((lines - there) / sum(year.copied for year in growing)))
        for year in growing:
            rows, amount = year.grow(range(first, first + copies))
            entry = totals["contracts"][CONTRACT]
            entry.update(rows=entry["rows"] + rows, accepted=entry["accepted"] + rows)
            entry.update(output_rows=entry["output_rows"] + rows)
            entry.update(accepted_amount=str(Decimal(entry["accepted_amount"]) + amount))
    write_json(folder / "truth" / "totals.json", totals)


class _Growing:
    """The copies of one closed year of the ledger, a file for each month, and their truth."""

    def __init__(self, instance: Path, year: int, work: Path) -> None:
        self.work, self.path = work, instance / FOLDER / f"kvantum_poster_{year}.csv.gz"
        self.truth = instance / "truth" / "posting_truth.csv.gz"
        self.connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 2})
        last = f'case when suffix("{DAY}", \'-{year}\') then cast("{DAY}"[4:5] as integer) else {MONTHS[-1]} end'
        self.connection.execute(
            f"create table source as select row_number() over () + 1 as line, {last} as month, * "
            f"from read_csv({literal(str(self.path))}, delim = ';', header = true, all_varchar = true)"
        )
        self.connection.execute(
            f"create table truth as from read_csv({literal(str(self.truth))}, header = true, all_varchar = true) "
            f"where contract_id = {literal(CONTRACT)} and file_name = {literal(self.path.name)} and coalesce(pair_key, '') = ''"
        )
        self.copied = self._one(f"select count(*) from source where coalesce(\"{PARTNER}\", '') = ''")
        self.files = {month: _File(self.path.parent, date(year - EARLIER, month, 1)) for month in MONTHS}

    def _one(self, query: str) -> Any:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    def grow(self, copies: range) -> tuple[int, Decimal]:
        """Write files, truth and control totals of the copies; their rows and their amount."""
        if not copies:
            return 0, Decimal(0)
        with gzip.open(self.path) as file:
            header = file.readline()
        for month in self.files.values():
            month.begin(header)
        step = max(1, LINES_AT_A_TIME // max(1, self.copied))
        for first in range(copies.start, copies.stop, step):
            self._append(first, min(first + step, copies.stop))
        for month in self.files.values():
            month.state()
        return sum(m.rows for m in self.files.values()), sum((m.amount for m in self.files.values()), Decimal(0))

    def _append(self, first: int, last: int) -> None:
        """Some copies at once, to each month's file in the order of their lines."""
        self.connection.execute(f"create or replace table part as {COPIED}", {"first": first, "last": last})
        for month, file in self.files.items():
            self.connection.execute(
                f"create or replace table lines as select row_number() over (order by copy, line) + {file.rows + 1} as number, * "
                f"from part where month = {month} order by copy, line"
            )
            self._write("select * exclude (number, copy, line, month) from lines order by number", file.path, ";")
            self._write(
                f"select contract_id, {literal(file.path.name)}, number as source_row_number, administration_code, is_it, spend_kind, "
                "system_key, truth.contract_key, pair_key from lines inner join truth "
                "on cast(truth.source_row_number as bigint) = lines.line order by number",
                self.truth,
                ",",
            )
            file.rows += self._one("select count(*) from lines")
            file.amount += Decimal(self._one(f"select coalesce(sum({NUMBER}), 0) from lines"))

    def _write(self, query: str, target: Path, delimiter: str) -> None:
        """Append the rows of a query to a compressed CSV file, as a member of its own."""
        plain = self.work / "part.csv"
        self.connection.execute(f"copy ({query}) to {literal(str(plain))} (header false, delimiter '{delimiter}')")
        line_end = _line_end(target)
        with plain.open("rb") as rows, gzip.open(target, "ab", compresslevel=1) as packed:
            while block := rows.read(1 << 20):
                packed.write(block.replace(b"\n", line_end))


class _File:
    """One delivered file of a month: `rows` lines of together `amount`. `month`: its first day."""

    def __init__(self, folder: Path, month: date) -> None:
        self.path, self.rows, self.amount = folder / f"kvantum_poster_{month:%Y-%m}.csv.gz", 0, Decimal(0)
        self._received = f"{month + timedelta(days=36):%Y-%m-}06T07:12:00+01:00"  # in the month after

    def begin(self, header: bytes) -> None:
        """Make it, with a header and no line."""
        with gzip.open(self.path, "wb", compresslevel=1) as packed:
            packed.write(header)

    def state(self) -> None:
        """What its sender says of it."""
        content = {"received_at": self._received, "control_totals": {"rows": self.rows, "amount": str(self.amount)}}
        sidecar = self.path.with_name(self.path.name + ".delivery.yml")
        sidecar.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


def _line_end(path: Path) -> bytes:
    """How the lines of a compressed file end: all have to end alike."""
    with gzip.open(path) as file:
        return b"\r\n" if file.readline().endswith(b"\r\n") else b"\n"
