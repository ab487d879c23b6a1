"""The sample with a ledger of any size: the closed years of the shared ledger file, copied on with their truth, in constant memory.

Copy number 0 is the file as the sample has it. Every further copy has vouchers of its own, amounts up to 6 % higher and, for two
lines of three, a text that no other line has, as ledgers do. Internal trade is not copied: its pairs stay the sample's.
"""

import gzip
import json
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import yaml

from pipelines.files import parse_yaml, write_json
from pipelines.ingest.expressions import literal
from pipelines.sample.generate import DEFAULT_SEED, write_sample

FILES = ("kvantum_poster_2024.csv.gz", "kvantum_poster_2025.csv.gz")
CONTRACT, FOLDER = "_shared.postings", "landing/_shared"
LINES_AT_A_TIME = 500_000
CONFIGURATION = ("instance.yml", "contracts", "reference")
VOUCHER, PARTNER, TEXT, AMOUNT = "Bilagsnummer", "Partnerselskab", "Posteringstekst", "Beløb"
NUMBER = f"cast(replace(replace(\"{AMOUNT}\", '.', ''), ',', '.') as decimal(18, 2))"
RAISED = f"cast({NUMBER} * (1 + copy % 7 * 0.01) as decimal(18, 2))"
COPIED = f"""
    select copy, source.* replace (
        "{VOUCHER}" || '-' || copy as "{VOUCHER}",
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


def _grow(folder: Path, lines: int, first: int) -> None:
    """Let the ledger files hold copies until the instance has about `lines` lines; `first`: the number of the first copy."""
    totals = json.loads((folder / "truth" / "totals.json").read_text("utf-8"))
    there = sum(c["accepted"] for name, c in totals["contracts"].items() if name.endswith(".postings"))
    with tempfile.TemporaryDirectory(dir=folder) as work:
        growing = [_Growing(folder, name, Path(work)) for name in FILES]
        copies = max(0, round((lines - there) / sum(file.copied for file in growing)))
        for file in growing:
            rows, amount = file.grow(range(first, first + copies))
            entry = totals["contracts"][CONTRACT]
            entry.update(rows=entry["rows"] + rows, accepted=entry["accepted"] + rows)
            entry.update(output_rows=entry["output_rows"] + rows)
            entry.update(accepted_amount=str(Decimal(entry["accepted_amount"]) + amount))
    write_json(folder / "truth" / "totals.json", totals)


class _Growing:
    """One delivered ledger file, its sidecar, and the truth of its lines."""

    def __init__(self, instance: Path, name: str, work: Path) -> None:
        self.name, self.path, self.work = name, instance / FOLDER / name, work
        self.truth = instance / "truth" / "posting_truth.csv.gz"
        self.connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 2})
        self.connection.execute(
            f"create table source as select row_number() over () + 1 as line, * "
            f"from read_csv({literal(str(self.path))}, delim = ';', header = true, all_varchar = true)"
        )
        self.connection.execute(
            f"create table truth as from read_csv({literal(str(self.truth))}, header = true, all_varchar = true) "
            f"where contract_id = {literal(CONTRACT)} and file_name = {literal(name)} and coalesce(pair_key, '') = ''"
        )
        self.header = 1 + self._count("select count(*) from source")
        self.copied = self._count(f"select count(*) from source where coalesce(\"{PARTNER}\", '') = ''")

    def _count(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])

    def grow(self, copies: range) -> tuple[int, Decimal]:
        """Append the copies to the file and to the truth, and mend its control totals; the rows and the amount that came on top."""
        amount, step = Decimal(0), max(1, LINES_AT_A_TIME // max(1, self.copied))
        for first in range(copies.start, copies.stop, step):
            amount += self._append(first, min(first + step, copies.stop), first - copies.start)
        rows = len(copies) * self.copied
        sidecar = self.path.with_name(self.name + ".delivery.yml")
        content = parse_yaml(sidecar.read_text("utf-8"))
        known = content["control_totals"]
        content["control_totals"] = {"rows": known["rows"] + rows, "amount": str(Decimal(known["amount"]) + amount)}
        sidecar.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        return rows, amount

    def _append(self, first: int, last: int, before: int) -> Decimal:
        """Some copies at once, in the order of their lines; `before`: how many copies the file has already."""
        self.connection.execute(
            f"create or replace table part as select row_number() over (order by copy, line) + {self.header + before * self.copied} "
            f"as number, * from ({COPIED}) order by copy, line",
            {"first": first, "last": last},
        )
        self._write("select * exclude (number, copy, line) from part order by number", self.path, ";")
        self._write(
            "select contract_id, file_name, number as source_row_number, administration_code, is_it, spend_kind, system_key, "
            "truth.contract_key, pair_key from part inner join truth on cast(truth.source_row_number as bigint) = part.line "
            "order by number",
            self.truth,
            ",",
        )
        row = self.connection.execute(f"select sum({NUMBER}) from part").fetchone()
        assert row is not None
        return Decimal(row[0])

    def _write(self, query: str, target: Path, delimiter: str) -> None:
        """Append the rows of a query to a compressed CSV file, as a member of its own."""
        plain = self.work / "part.csv"
        self.connection.execute(f"copy ({query}) to {literal(str(plain))} (header false, delimiter '{delimiter}')")
        line_end = _line_end(target)
        with plain.open("rb") as rows, gzip.open(target, "ab", compresslevel=1) as packed:
            while block := rows.read(1 << 20):
                packed.write(block.replace(b"\n", line_end))


def _line_end(path: Path) -> bytes:
    """How the lines of a compressed file end: all have to end alike."""
    with gzip.open(path) as file:
        return b"\r\n" if file.readline().endswith(b"\r\n") else b"\n"
