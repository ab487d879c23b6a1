"""The sample with a ledger of any size: files, control totals and truth go together, and every line is its own."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.configuration import Configuration
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.sample import large
from pipelines.sample.large import CONTRACT, FILES, FOLDER, write_large_sample

LINES = 120_000


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "LINES_AT_A_TIME", 12_000)  # several parts a file
        return write_large_sample(PROJECT_ROOT / "data", tmp_path_factory.mktemp("large"), 2 * LINES, municipalities=2)


def ledger(folder: Path, name: str) -> str:
    """SQL of the lines of a delivered file, with their number in it."""
    path = folder / FOLDER / name
    return f"(select row_number() over () + 1 as number, * from read_csv('{path}', delim = ';', header = true, all_varchar = true))"


def one(query: str) -> tuple[Any, ...]:
    found = duckdb.execute(query).fetchone()
    assert found is not None
    return found


def test_the_sender_states_what_is_in_the_file(folders: list[Path]) -> None:
    amount = "cast(replace(replace(\"Beløb\", '.', ''), ',', '.') as decimal(18, 2))"
    for folder in folders:
        for name in FILES:
            stated = yaml.safe_load((folder / FOLDER / f"{name}.delivery.yml").read_text("utf-8"))["control_totals"]
            found = one(f"select count(*), sum({amount}) from {ledger(folder, name)}")
            assert found == (stated["rows"], Decimal(stated["amount"]))
            assert stated["rows"] > 20_000


def test_each_line_has_a_voucher_of_its_own_and_its_truth_is_that_of_the_line_it_copies(folders: list[Path]) -> None:
    folder, name = folders[1], FILES[0]
    truth = f"read_csv('{folder}/truth/posting_truth.csv.gz', header = true, all_varchar = true)"
    count, with_truth, copies, vouchers, contradicting = one(
        f"""
        with told as (
            select "Bilagsnummer" as voucher, split_part("Bilagsnummer", '-', 1) as copied, "Artskonto" as account,
                truth.administration_code || concat_ws(' ', is_it, spend_kind, system_key) as is_true
            from {ledger(folder, name)} as lines left join {truth} as truth on contract_id = '{CONTRACT}'
                and file_name = '{name}' and cast(truth.source_row_number as bigint) = lines.number
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
    first, second = (ledger(folder, FILES[0]) for folder in folders)
    shared = f'select count(*) from {first} as a inner join {second} as b using ("Bilagsnummer") where "Bilagsnummer" like \'%-%\''
    assert one(shared) == (0,)
