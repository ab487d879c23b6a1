"""What the report's pages are put together from: words, figures, names, charts, downloads."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
import vl_convert
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.loading import load_contracts
from pipelines.instance import PROJECT_ROOT
from pipelines.report import charts
from pipelines.report.downloads import SHEETS, write_rows_behind, write_workbook
from pipelines.report.language import LANGUAGES, WORDS, Language
from pipelines.report.names import slug
from pipelines.report.pages.delivery import example_name
from pipelines.report.released import Tables

REPORT = WORDS.parent
TEXT = re.compile(r"""(?:\bt|\.text)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
MENU = re.compile(r'\("[a-z]+\.html", ("[^"]+")\)')


def texts() -> set[str]:
    """Every standing text that a template or module says."""
    sources = [*REPORT.rglob("*.j2"), *REPORT.rglob("*.py")]
    found = {yaml.safe_load(m) for p in sources for m in TEXT.findall(p.read_text("utf-8"))}
    return found | {yaml.safe_load(m) for m in MENU.findall((REPORT / "write.py").read_text("utf-8"))}


def test_every_text_is_translated_and_every_translation_is_used() -> None:
    translated = yaml.safe_load(WORDS.read_text("utf-8"))["texts"]
    assert set(translated) == texts()
    for english, danish in translated.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(set(re.findall(r"\{\w+\}", danish))), english


def test_codes_have_a_name_in_both_languages() -> None:
    for code, names in yaml.safe_load(WORDS.read_text("utf-8"))["codes"].items():
        assert isinstance(code, str)
        assert len(names) == len(LANGUAGES), code


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("da", Decimal("1234567.00"), '<data value="1234567.00">1,2 mio. kr.</data>'),
        ("en", Decimal("1234567.00"), '<data value="1234567.00">1.2 m kr.</data>'),
        ("da", Decimal("-1234.56"), '<data value="-1234.56">\N{MINUS SIGN}1.235 kr.</data>'),
        ("da", None, '<span class="unknown">ukendt</span>'),
        ("en", 0, '<data value="0">0 kr.</data>'),
    ],
)
def test_money_is_written_as_the_language_does_and_carries_its_exact_value(
    language: str, value: Decimal | None, shown: str
) -> None:
    assert str(Language(language, "DKK").money(value)) == shown


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_keys_have_different_file_names(one: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", slug(one))
    assert (slug(one) == slug(other)) == (one == other)


def test_an_example_of_a_files_name_is_one_that_the_contract_takes() -> None:
    for contract in load_contracts(PROJECT_ROOT / "data" / "contracts"):
        assert re.fullmatch(contract.file.file_pattern, example_name(contract.file.file_pattern)), contract.id
    assert example_name("[A-Z]+") == "[A-Z]+"  # nothing is made up where a name cannot be


def test_charts_are_what_vega_lite_takes() -> None:
    language = Language("da", "DKK")
    rows = [{"by": "okf", "part": "run", "amount": Decimal(5_000_000)}, {"by": "tmf", "part": "run", "amount": None}]
    case = {f"net_present_value_p{n}_amount": Decimal(n) * 100_000 for n in (10, 50, 80)}
    swing = {"sensitivity_name": "x", "low_net_present_value_amount": 1, "high_net_present_value_amount": 2}
    for spec in (
        charts.stacked_bars(rows, "by", "amount", "part", language),
        charts.grouped_bars(rows, "by", {"amount": "beløb"}, language),
        charts.tornado([swing], 1, language),
        charts.outcome_range(case, language),
        charts.winners_and_losers(rows, "by", "amount", language),
    ):
        assert "marks" in vl_convert.vegalite_to_vega(spec)


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def tables() -> Tables:
    connection = duckdb.connect()
    connection.execute("create table release as select 'R1' as release_id")
    for table in SHEETS.values():
        connection.execute(
            f"create table {table} as select unnest(?) as name, 1234.50::decimal(18, 2) as some_amount, date '2026-03-31' as some_date, "
            "null::varchar as empty_name",
            [[*DANGEROUS, "Æbler; \"ø\"\nog å"]],
        )  # fmt: skip
    return Tables(connection)


@pytest.mark.parametrize(("language", "delimiter", "amount"), [("da", ";", "1234,50"), ("en", ",", "1234.50")])
def test_rows_behind_open_in_a_spreadsheet_and_run_nothing(
    tables: Tables, tmp_path: Path, language: str, delimiter: str, amount: str
) -> None:
    write_rows_behind(tables, ["mart_business_case"], tmp_path / "data", Language(language, "DKK"))
    content = (tmp_path / "data" / "mart_business_case.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert len(rows) == len(DANGEROUS) + 1
    assert {row["name"] for row in rows} >= {f"'{text}" for text in DANGEROUS[:4]}
    assert not [row for row in rows if row["name"][0] in "=+-@\t\r"]
    assert {(row["some_amount"], row["some_date"], row["empty_name"]) for row in rows} == {(amount, "2026-03-31", "")}


def test_the_workbook_has_every_row_and_no_formula(tables: Tables, tmp_path: Path) -> None:
    write_workbook(tables, tmp_path / "portfolio.xlsx")
    book = openpyxl.load_workbook(tmp_path / "portfolio.xlsx")
    assert book.sheetnames == ["Release", *SHEETS, "Columns"]
    for title in SHEETS:
        rows = list(book[title].iter_rows(min_row=2))
        assert len(rows) == len(DANGEROUS) + 1
        assert {row[0].data_type for row in rows} == {"s"}
        assert {(row[1].value, row[2].is_date) for row in rows} == {(1234.5, True)}


def test_the_exposure_names_just_the_tables_that_the_pages_are_made_from() -> None:
    (exposure,) = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "models" / "exposures.yml").read_text("utf-8"))[
        "exposures"
    ]
    named = set(re.findall(r"\w+'\)$", "\n".join(exposure["depends_on"]), re.M))
    asked = {m for p in REPORT.rglob("*.py") for m in re.findall(r"\b(?:mart|dim|fct)_\w+\b", p.read_text("utf-8"))}
    assert {name.removesuffix("')") for name in named} == asked
