"""The sample with a ledger of any size: files, control totals and truth go together, and every line is its own."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.configuration import Configuration
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.sample import large
from pipelines.sample.large import CONTRACT, ledger_files, write_large_sample

LINES = 120_000


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "LINES_AT_A_TIME", 12_000)  # several parts a file
        return write_large_sample(PROJECT_ROOT / "data", tmp_path_factory.mktemp("large"), 2 * LINES, municipalities=2)


def ledger(path: Path) -> str:
    """SQL of the lines of a delivered file, with their number in it."""
    return f"(select row_number() over () + 1 as number, * from read_csv('{path}', delim = ';', header = true, all_varchar = true))"


def one(query: str) -> tuple[Any, ...]:
    found = duckdb.execute(query).fetchone()
    assert found is not None
    return found


def test_the_sender_states_what_is_in_the_file(folders: list[Path]) -> None:
    amount = "cast(replace(replace(\"Beløb\", '.', ''), ',', '.') as decimal(18, 2))"
    for folder in folders:
        rows = 0
        for path in ledger_files(folder):
            stated = yaml.safe_load(path.with_name(f"{path.name}.delivery.yml").read_text("utf-8"))["control_totals"]
            found = one(f"select count(*), sum({amount}) from {ledger(path)}")
            assert found == (stated["rows"], Decimal(stated["amount"]))
            rows += stated["rows"]
        totals = json.loads((folder / "truth" / "totals.json").read_text("utf-8"))["contracts"]
        assert totals[CONTRACT]["rows"] > rows > LINES / 2
        there = sum(entry["accepted"] for name, entry in totals.items() if name.endswith(".postings"))
        assert 0.9 * LINES < there < 1.1 * LINES


def test_copies_come_a_month_at_a_time_and_every_month_once(folders: list[Path]) -> None:
    for path in ledger_files(folders[0]):
        months = f'select count(distinct substr("Bogføringsdato", 4, 7)), any_value(substr("Bogføringsdato", 4, 7)) from {ledger(path)}'
        stated = path.name.removesuffix(".csv.gz").rsplit("_", 1)[1]
        if "-" in stated:
            year, month = stated.split("-")
            assert one(months) == (1, f"{month}-{year}")
    assert len(ledger_files(folders[0])) == 2 + 24


def test_no_day_of_a_copy_is_in_another_file(folders: list[Path]) -> None:
    days = " union all ".join(
        f'select distinct "Bogføringsdato" as day from {ledger(p)}' for p in ledger_files(folders[0])
    )
    assert one(f"select count(*) - count(distinct day) from ({days})") == (0,)


def test_each_line_has_a_voucher_of_its_own_and_its_truth_is_that_of_the_line_it_copies(folders: list[Path]) -> None:
    truth = f"read_csv('{folders[1]}/truth/posting_truth.csv.gz', header = true, all_varchar = true)"
    lines = " union all ".join(f"select *, '{p.name}' as name from {ledger(p)}" for p in ledger_files(folders[1]))
    count, with_truth, copies, vouchers, contradicting = one(
        f"""
        with told as (
            select "Bilagsnummer" as voucher, split_part("Bilagsnummer", '-', 1) as copied, "Artskonto" as account,
                truth.administration_code || concat_ws(' ', is_it, spend_kind, system_key) as is_true
            from ({lines}) as lines left join {truth} as truth on contract_id = '{CONTRACT}'
                and file_name = lines.name and cast(truth.source_row_number as bigint) = lines.number
        )
        select count(*), count(is_true), count(*) filter (voucher like '%-%'), count(distinct voucher) filter (voucher like '%-%'),
            (select count(*) from (select 1 from told group by copied, account having count(distinct is_true) > 1))
        from told
        """
    )
    assert (count, contradicting) == (with_truth, 0)
    assert copies > count / 2
    assert vouchers > 0.95 * copies  # a voucher may have several lines


def test_an_instance_is_whole_and_has_vouchers_and_a_name_of_its_own(folders: list[Path]) -> None:
    instances = [Instance.load(folder) for folder in folders]
    assert all(Configuration.load(instance).contracts for instance in instances)
    assert len({instance.settings.name for instance in instances}) == 2
    first, second = (ledger(ledger_files(folder)[0]) for folder in folders)
    shared = f'select count(*) from {first} as a inner join {second} as b using ("Bilagsnummer") where "Bilagsnummer" like \'%-%\''
    assert one(shared) == (0,)
