"""Every released table traced on the sample: to rows of files, to the øre, and without a name unless it is asked for."""

import csv
import gzip
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import portfolio as command
from pipelines.configuration import Configuration
from pipelines.ingest.archive import Archive
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.trace.released import Released
from pipelines.trace.source_row import source_rows
from tests.personal import people

TABLES = sorted(
    p.stem for layer in ("core", "marts") for p in (PROJECT_ROOT / "dbt_project/models" / layer).glob("*.sql")
)
MONEY = {"fct_posting": "posting_amount", "fct_budget": "budget_amount", "fct_investment": "investment_amount"}
FROM_REFERENCE = ("dim_administration", "dim_capability", "dim_organisation_unit", "dim_responsibility", "dim_sign_off")
NOTHING_YET = ("mart_release_change",)  # in a first release
WITHOUT_TEXT = ("fct_rejection", "mart_data_quality_row")  # the row may be a rejected one


@pytest.fixture(scope="module")
def released(released_sample: Instance) -> Iterator[Released]:
    found = Released.open(released_sample, None)
    yield found
    found.connection.close()


def traced(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--instance", str(instance.root), "trace", *arguments], env={"COLUMNS": "200"})


def words(key: dict[str, object]) -> list[str]:
    return [f"{column}={value}" for column, value in key.items()]


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_traced_to_rows_of_files(released_sample: Instance, released: Released, table: str) -> None:
    if table in NOTHING_YET:
        assert released.manifest["tables"][table]["rows"] == 0
        return
    result = traced(released_sample, table, *words(released.example(table)), "--limit", "1")
    assert result.exit_code == 0, (result.output, result.exception)
    if table in FROM_REFERENCE:
        assert "made from reference/" in result.output
        return
    assert re.search(r"archive/objects/\w\w/\w{64} \(landed as landing/", result.output)
    if not table.startswith("fct_delivery") and table not in ("dim_data_contract", "mart_data_quality"):
        assert re.search(r"^  \S.*, row \d+", result.output, re.M), result.output
        assert table in WITHOUT_TEXT or "text in the file" in result.output
    assert not people().search(result.output.encode())


@pytest.mark.parametrize("table", MONEY)
def test_a_traced_amount_is_the_text_in_the_file(
    released_sample: Instance, released: Released, table: str, tmp_path: Path
) -> None:
    """Read by hand: the number as the contract writes it, in its unit and sign."""
    configuration = Configuration.load(released_sample)
    contracts = {c.id: c for c in configuration.contracts}
    deliveries = {d.delivery_id: d for d in Archive(released_sample.archive).deliveries()}
    query = (
        f"select delivery_id, source_row_number, source_column, {MONEY[table]} from {table} where {MONEY[table]} is not null "
        "qualify row_number() over (partition by delivery_id order by hash(source_row_number)) <= 3 order by all"
    )
    seen = set()
    for delivery_id, number, column, amount in released.connection.execute(query).fetchall():
        delivery = deliveries[delivery_id]
        contract = contracts[delivery.contract_id]
        row = source_rows(configuration, delivery, [number], tmp_path / "work")[number]
        name = column or next(f.source_column for f in row.fields if f.name == MONEY[table])
        (text,) = [cell.text for cell in row.cells if cell.name == name]
        style, own = contract.numbers, next((c for c in contract.columns if c.name == MONEY[table]), None)
        plain = (text or "").strip().replace(style.thousands or "\0", "").replace(style.decimal, ".")
        plain = f"-{plain[:-1]}" if plain.endswith("-") else plain
        unit = (own and own.amount_unit) or contract.amounts.unit
        sign = (own and own.sign) or contract.amounts.sign
        assert Decimal(plain) * unit * sign == amount, (delivery.file_name, number, text)
        seen.add(contract.id)
    assert len(seen) >= 4


def test_the_row_is_where_an_editor_finds_it(released_sample: Instance, released: Released, tmp_path: Path) -> None:
    configuration = Configuration.load(released_sample)
    known = Archive(released_sample.archive).deliveries()
    (delivery,) = [d for d in known if d.file_name == "finansposter_2026-09.csv.gz"]
    (contract,) = [c for c in configuration.contracts if c.id == delivery.contract_id]
    path = released_sample.landing / "sof" / delivery.file_name
    lines = gzip.decompress(path.read_bytes()).decode(contract.file.encoding).splitlines()
    numbers = [10, 200, 300]
    for number, row in source_rows(configuration, delivery, numbers, tmp_path / "work").items():
        (cells,) = csv.reader([lines[number - 1]], delimiter=contract.file.delimiter)
        assert [cell.text or "" for cell in row.cells] == cells


def sums(released: Released, table: str, behind: str, amount: str, extra: str = "true") -> list[tuple[object, ...]]:
    """For each row of a mart that has rows of a table behind it: its key, how many, and the sum of an amount of them."""
    keys = released.keys(table)
    (key,) = keys.key
    return released.connection.execute(
        f'select this.{key}, count(behind.delivery_id), sum({amount}) from "{table}" as this '
        f'join "{behind}" as behind on {keys.behind[behind]} and {extra} group by 1 order by 1'
    ).fetchall()


def test_what_stands_behind_a_candidate_is_its_systems_and_their_cost(released: Released) -> None:
    expected = released.connection.execute(
        "select candidate_id, system_count, yearly_cost_amount from mart_shared_solution_candidate order by 1"
    ).fetchall()
    assert (
        sums(released, "mart_shared_solution_candidate", "fct_candidate_system", "behind.yearly_cost_amount")
        == expected
    )
    assert len({kind for (kind,) in released.connection.execute(
        "select candidate_kind_codes from mart_shared_solution_candidate").fetchall()}) >= 3  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "table", "amount", "code"),
    [("run", "fct_budget", "budget_amount", "measure_code = 'adopted'"),
     ("investment", "fct_investment", "investment_amount", "line_code = 'plan_adopted'")],
)  # fmt: skip
def test_what_stands_behind_an_overview_line_is_its_money(
    released: Released, kind: str, table: str, amount: str, code: str
) -> None:
    found = sums(released, "mart_investment_overview", table, f"behind.{amount}", f"behind.{code}")
    expected = released.connection.execute(
        "select overview_line_id, adopted_amount from mart_investment_overview "
        "where line_kind = ? and adopted_amount is not null order by 1", [kind],
    ).fetchall()  # fmt: skip
    totals = {key: total for key, _, total in found}
    assert len(expected) > 50
    assert [(key, totals[key]) for key, _ in expected] == expected


def test_what_stands_behind_a_system_is_the_parts_of_its_contracts(released: Released) -> None:
    counted = "behind.contract_id in (select contract_id from dim_contract where is_cost_counted)"
    found = sums(released, "mart_it_landscape", "fct_contract_system", "behind.allocated_yearly_amount", counted)
    totals = {key: total for key, _, total in found}
    expected = released.connection.execute(
        "select system_id, yearly_cost_amount from mart_it_landscape where yearly_cost_source = 'contract'"
    ).fetchall()
    assert len(expected) > 100
    assert {key: totals[key] for key, _ in expected} == dict(expected)


def test_names_of_people_are_shown_when_asked_for_only(released_sample: Instance, released: Released) -> None:
    """One system use of each administration; the sample's inventories name owners and contacts."""
    keys = released.connection.execute(
        "select min(system_id) from dim_system where is_owner group by administration_code"
    ).fetchall()
    hidden = [traced(released_sample, "dim_system", key) for (key,) in keys]
    shown = [traced(released_sample, "dim_system", key, "--show-private") for (key,) in keys]
    assert [r.exit_code for r in hidden + shown] == [0] * 2 * len(keys)
    assert not any(people().search(r.output.encode()) for r in hidden)
    assert sum(bool(people().search(r.output.encode())) for r in shown) >= 3
    assert all("--show-private shows it" in h.output for h, s in zip(hidden, shown, strict=True)
               if people().search(s.output.encode()))  # fmt: skip


def test_what_is_not_there_is_told_with_what_is(released_sample: Instance, released: Released) -> None:
    def failure(*arguments: str) -> str:
        result = traced(released_sample, *arguments)
        assert result.exit_code == 1
        return str(result.exception)

    assert not set(TABLES) - set(re.findall(r"\w+", failure("fct_nothing", "x")))
    (key,) = released.example("mart_it_landscape").values()
    assert f"Try: portfolio trace mart_it_landscape system_id={key}" in failure("mart_it_landscape", "nobody")
    assert released.folder.name in failure("fct_posting", "posting_amount=1", "--release", "20200101T000000Z-0")
    assert "expected the id of a release" in failure("fct_posting", "posting_amount=1", "--release", "../archive")


def test_rejected_rows_say_the_rule_and_show_the_row(released_sample: Instance, released: Released) -> None:
    rules = released.connection.execute(
        "select delivery_id, source_row_number, rule_code from fct_rejection order by all limit 5"
    ).fetchall()
    for delivery, number, rule in rules:
        result = traced(released_sample, "fct_rejection", f"delivery_id={delivery}", f"source_row_number={number}")
        assert result.exit_code == 0
        assert f"rejected ({rule})" in result.output


@pytest.mark.parametrize(
    ("mart", "table", "amount", "shown"),
    [
        ("mart_it_spend", "fct_it_spend", "spend_amount", "spend_amount"),
        ("mart_vendor_concentration", "fct_it_spend", "spend_amount", "spend_amount"),
        ("mart_unmatched_money", "fct_unmatched_posting", "posting_amount", "finding_amount"),
        ("mart_unmatched_money", "fct_unpaid_contract", "yearly_amount", "finding_amount"),
    ],
)
def test_what_stands_behind_a_money_mart_is_its_money(
    released: Released, mart: str, table: str, amount: str, shown: str
) -> None:
    found = sums(released, mart, table, f"behind.{amount}")
    key = released.keys(mart).key[0]
    figures = dict(released.connection.execute(f"select {key}, {shown} from {mart}").fetchall())
    assert len(found) > 10
    assert all(figures[each] == total for each, _, total in found)
