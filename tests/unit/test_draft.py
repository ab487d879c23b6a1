"""`portfolio contract draft` and `lint`: small files of every style in, a contract that ingestion takes out."""

import gzip
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.cli import portfolio
from pipelines.contracts.catalogue import datasets
from pipelines.contracts.loading import load_contract
from pipelines.contracts.model import Contract
from pipelines.draft.assign import best_pairs
from pipelines.draft.lint import example_names
from pipelines.draft.names import name_pattern
from pipelines.draft.proposal import Proposal
from pipelines.draft.propose import propose
from pipelines.draft.sniff import encoding_of
from pipelines.draft.values import date_style, number_style, separator
from pipelines.draft.words import says
from pipelines.draft.write import contract_yaml, summary
from pipelines.errors import PortfolioError
from tests.conforming import run

LEDGER = (
    "Udtræk fra økonomisystemet, beløb i kr.;;;;;;\n;;;;;;\n"
    "Bilag nr.;Posteringsdato;Profitcenter;Finanskonto;Leverandørnavn;CVR-nummer;Beløb i DKK\n"
    "0004711;03.02.2026;4000100;49100020;Ærø Data A/S;13748136;1.234,50-\n"
    "0004712;28.02.2026;4000110;49100020;Bøgelund ApS;64942212;12.000,00\n"
    "0004713;28.02.2026;4000110;49100030;Ærø Data A/S;13748136;7,25\n"
    "I alt;;;;;;10.772,75\n"
)


def draft(
    tmp_path: Path, name: str, content: bytes, dataset: str, administration: str | None = "tmf"
) -> tuple[Proposal, Contract]:
    """A proposal for a file, and the contract that the loader makes of its YAML."""
    (tmp_path / name).write_bytes(content)
    proposal = propose(tmp_path / name, datasets()[dataset], administration)
    target = tmp_path / "drafted.odcs.yaml"
    target.write_text(contract_yaml(proposal), "utf-8")
    return proposal, load_contract(target)


def summary_cells(proposal: Proposal) -> list[str]:
    return [str(cell) for column in summary(proposal).columns for cell in column.cells]


def fields(contract: Contract) -> dict[str, str | None]:
    return {column.name: column.physical_name for column in contract.columns}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_ledger_of_every_encoding_is_described_and_read(tmp_path: Path, encoding: str, line_end: str) -> None:
    content = LEDGER.replace("\n", line_end).encode(encoding)
    proposal, contract = draft(tmp_path, "poster_2026-02.csv", content, "postings")
    assert fields(contract) == {
        "voucher_key": "Bilag nr.",
        "posting_date": "Posteringsdato",
        "cost_centre_code": "Profitcenter",
        "account_code": "Finanskonto",
        "supplier_name": "Leverandørnavn",
        "supplier_registration_code": "CVR-nummer",
        "posting_amount": "Beløb i DKK",
    }
    assert (contract.file.header_row, contract.file.delimiter) == (3, ";")
    assert contract.file.encoding == encoding.removesuffix("-sig")
    assert (contract.numbers.decimal, contract.numbers.thousands) == (",", ".")
    assert contract.status == "draft"
    assert proposal.missing == []
    report, rows, faults = run(tmp_path, contract, content, "poster_2026-02.csv")
    assert [str(r["posting_amount"]) for r in rows] == ["-1234.50", "12000.00", "7.25"]
    assert rows[0]["posting_date"] == date(2026, 2, 3)
    assert (report.total_rows, faults) == (1, [])


def workbook(path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Læs mig"
    book.active.append(["Oversigt over it-kontrakter"])
    sheet = book.create_sheet("Data")
    for row in (
        ["Kontrakter pr. 31-12-2026 (1.000 kr.)"],
        [],
        [
            "Aftale-id",
            "Aftalens navn",
            "Udbyder",
            "Aftaletype",
            "Ikrafttrædelse fra",
            "Udløbsdato",
            "Årlig betaling",
            "Sagsbehandler",
        ],
        ["A-1", "Drift af fagsystem", "Nordhost", "Driftsaftale", date(2024, 1, 1), date(2027, 12, 31), 125.5, "Anna"],
        ["A-2", "Licenser til kontorpakke", "Kontorpakken", "Licensaftale", date(2025, 6, 1), None, 80, "Bo"],
        ["A-3", "Rådgivning", "Rådhuset Råd", "Rammekøb", date(2025, 7, 1), date(2026, 7, 1), 40, "Bo"],
        ["Total", None, None, None, None, None, 245.5, None],
    ):
        sheet.append(row)
    book.save(path)
    return path.read_bytes()


def test_workbook_with_titles_totals_and_a_code_that_nobody_knows(tmp_path: Path) -> None:
    proposal, contract = draft(tmp_path, "aftaler 2026-12-31.xlsx", workbook(tmp_path / "b.xlsx"), "contracts")
    assert (contract.file.sheet, contract.file.header_row, contract.amounts.unit) == ("Data", 3, 1000)
    assert (
        fields(contract).items()
        >= {
            "contract_key": "Aftale-id",
            "contract_name": "Aftalens navn",
            "supplier_name": "Udbyder",
            "contract_type_code": "Aftaletype",
            "start_date": "Ikrafttrædelse fra",
            "end_date": "Udløbsdato",
            "yearly_amount": "Årlig betaling",
        }.items()
    )
    column = next(c for c in contract.columns if c.name == "contract_type_code")
    assert column.code_list == {"Driftsaftale": "operation", "Licensaftale": "licence"}
    assert any("'Rammekøb'" in q for q in proposal.questions)
    assert "# Rammekøb: '?'" in contract_yaml(proposal)
    assert contract.ignored_columns == ("Sagsbehandler",)
    lenient = contract.model_copy(
        update={"rejection_threshold": contract.rejection_threshold.model_copy(update={"share": 0.5})}
    )
    _, rows, faults = run(tmp_path, lenient, tmp_path / "b.xlsx", "aftaler 2026-12-31.xlsx")
    assert [r["yearly_amount"] for r in rows] == [Decimal(125500), Decimal(80000)]
    assert [f[2] for f in faults] == ["unknown_code"]


def test_json_records_below_a_path(tmp_path: Path) -> None:
    records = [
        {
            "uuid": f"0b1c2d3e-0000-4000-8000-00000000000{n}",
            "name": f"System {chr(64 + n)}",
            "vendor": {"name": "Nordhost", "cvr": "13748136"},
            "tasks": [{"kle": "85.11.00"}, {"kle": "05.04.06"}],
            "lifecycle": "I drift",
        }
        for n in range(1, 5)
    ]
    content = json.dumps({"meta": {"page": 1}, "data": {"items": records}}).encode()
    _, contract = draft(tmp_path, "systems_20261031.json", content, "systems")
    assert (contract.file.format, contract.file.record_path) == ("json", "data.items")
    assert fields(contract) == {
        "system_key": "uuid",
        "system_name": "name",
        "supplier_name": "vendor.name",
        "supplier_registration_code": "vendor.cvr",
        "capability_codes": "tasks[].kle",
        "lifecycle_code": "lifecycle",
    }
    _, rows, _ = run(tmp_path, contract, content, "systems_20261031.json")
    assert (rows[0]["capability_codes"], rows[0]["lifecycle_code"]) == ("85.11.00|05.04.06", "operational")


def test_packed_json_lines_and_parquet(tmp_path: Path) -> None:
    scores = [
        {"system_id": str(n), "dimension": "Security", "rating": 3, "reviewed_date": "2026-05-01"} for n in range(5)
    ]
    lines = gzip.compress("\n".join(map(json.dumps, scores)).encode())
    _, contract = draft(tmp_path, "scores_2026-05.ndjson.gz", lines, "assessments")
    assert contract.file.format == "ndjson"
    assert set(fields(contract)) == {"system_key", "dimension_code", "score_value", "assessed_date"}
    _, rows, _ = run(tmp_path, contract, lines, "scores_2026-05.ndjson.gz")
    assert len(rows) == 5
    pq.write_table(pa.Table.from_pylist(scores), tmp_path / "p.parquet")
    _, contract = draft(tmp_path, "scores_2026-05.parquet", (tmp_path / "p.parquet").read_bytes(), "assessments")
    assert (contract.file.format, len(fields(contract))) == ("parquet", 4)


def test_wide_years_and_missing_version_are_filled(tmp_path: Path) -> None:
    text = "Konto\tKontonavn\tType\tBudget 2026\tBudget 2027\n1001\tDrift\tVedtaget\t10,5\t11,25\n1002\tLicenser\tVedtaget\t7,0\t\n"
    proposal, contract = draft(tmp_path, "budget_2026-09.txt", text.encode("utf-16"), "budgets")
    assert contract.unpivot is not None
    assert contract.unpivot.columns == {"Budget 2026": {"fiscal_year": "2026"}, "Budget 2027": {"fiscal_year": "2027"}}
    assert "version_code" in contract.file.file_fields
    assert proposal.missing == []
    _, rows, _ = run(tmp_path, contract, text.encode("utf-16"), "budget_2026-09.txt")
    assert [(r["budget_line_key"], r["fiscal_year"], r["version_code"], r["budget_amount"]) for r in rows[:2]] == [
        ("1001", 2026, "2026-09", Decimal("10.50")),
        ("1001", 2027, "2026-09", Decimal("11.25")),
    ]


def test_wide_measures_say_what_they_measure_and_differences_are_left_out(tmp_path: Path) -> None:
    header = "Line,Line text,Fiscal year,Version,Original budget,Revised budget,Outturn,Variance"
    text = f"{header}\n1,Run,2026,v1,10,11,12,1\n2,Change,2026,v1,3,3,4,1\n"
    _, contract = draft(tmp_path, "follow-up_2026-09.csv", text.encode(), "budgets")
    assert contract.unpivot is not None
    assert [given["measure_code"] for given in contract.unpivot.columns.values()] == ["adopted", "adjusted", "actual"]
    assert contract.ignored_columns == ("Variance",)


def test_key_is_composed_where_one_column_does_not_tell_rows_apart(tmp_path: Path) -> None:
    lines = [f"{year},{n},Service {n}" for year in (2024, 2025) for n in range(20)]
    _, contract = draft(
        tmp_path, "services_2025.csv", ("fiscal_year,system_id,system_name\n" + "\n".join(lines)).encode(), "systems"
    )
    key = next(c for c in contract.columns if c.name == "system_key")
    assert key.compose is not None
    assert key.compose.columns == ["fiscal_year", "system_id"]


def test_column_that_names_the_administration_is_found(tmp_path: Path) -> None:
    text = "Department,System ID,System name\nokf,1,Alfa\ntmf,2,Beta\n"
    proposal, contract = draft(tmp_path, "systems_2026.csv", text.encode(), "systems", None)
    assert contract.administration.column == "Department"
    assert contract.id == "_shared.systems"
    assert any("administration" in q for q in proposal.questions)


def test_guesses_are_marked_and_the_rest_is_not(tmp_path: Path) -> None:
    text = "System ID,System name,Foo,Owner thing\n1,Alfa,x,Y\n2,Beta,y,Z\n"
    proposal, _ = draft(tmp_path, "systems.csv", text.encode(), "systems")
    written = contract_yaml(proposal)
    assert "- Foo  # matches no field" in written
    assert "please check" not in next(line for line in written.splitlines() if "name: system_key" in line)
    for match in proposal.fields:
        line = next(line for line in written.splitlines() if f"name: {match.field} " in line)
        assert ("please check" in line) == (match.confidence < 0.75)


def test_required_fields_that_no_column_gives_are_named(tmp_path: Path) -> None:
    (tmp_path / "x_2026.csv").write_text("Bilag;Tekst\n1;abc\n2;def\n", "utf-8")
    done = CliRunner().invoke(portfolio, ["contract", "draft", str(tmp_path / "x_2026.csv"), "--dataset", "postings"])
    assert isinstance(done.exception, PortfolioError)
    assert "posting_date, posting_amount" in str(done.exception)
    assert "kind: DataContract" in done.stdout


def test_command_writes_yaml_to_stdout_and_the_summary_to_stderr(tmp_path: Path) -> None:
    path, output = tmp_path / "poster_2026-02.csv", tmp_path / "new" / "p.odcs.yaml"
    path.write_text(LEDGER, "utf-8")
    command = ["contract", "draft", str(path), "--dataset", "postings", "--administration", "tmf"]
    done = CliRunner().invoke(portfolio, command)
    assert done.exit_code == 0, done.output
    assert yaml.safe_load(done.stdout)["id"] == "tmf.postings"
    assert "posting_amount" in done.stderr
    done = CliRunner().invoke(portfolio, [*command, "--output", str(output)])
    assert (done.stdout, load_contract(output).id) == ("", "tmf.postings")
    done = CliRunner().invoke(portfolio, ["contract", "draft", str(path), "--dataset", "wrong"])
    assert done.exit_code == 2
    assert "systems" in done.output


@pytest.mark.parametrize(
    "strange", ["Årlig\nudgift", "a: {b} # c", "'q' \"r\"", "- x", "null", "*y", "x" * 300, "[z]", "@", "2026-01-01"]
)
def test_strange_headers_and_values_stay_what_they_are(tmp_path: Path, strange: str) -> None:
    rows = [["System ID", "Status", strange], ["1", strange, "x"], ["2", "I drift", "y"], ["3", "I drift", "y"]]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active.insert_cols(2)
    for n, name in enumerate(["System name", "Alfa", "Beta", "Gamma"], start=1):
        book.active.cell(n, 2, name)
    book.save(tmp_path / "b.xlsx")
    _, contract = draft(tmp_path, "systems_2026.xlsx", (tmp_path / "b.xlsx").read_bytes(), "systems")
    used = {*contract.ignored_columns, *(c.physical_name for c in contract.columns)}
    assert used == {"System ID", "System name", "Status", strange}
    assert (fields(contract).get("lifecycle_code") == "Status") == (len(strange) < 100)  # a code is no essay


def test_empty_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\n\n")
    with pytest.raises(PortfolioError, match="found an empty one"):
        propose(tmp_path / "x.csv", datasets()["systems"])


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (["2026-01-31", "2025-12-01"], "yyyy-MM-dd"),
        (["31.01.2026", "1.12.2025"], "dd.MM.yyyy"),
        (["01/31/2026", "12/01/2025"], "MM/dd/yyyy"),
        (["31/01/26"], "dd/MM/yy"),
        (["20260131", "00000000"], "yyyyMMdd"),
        (["2026-01-31T12:00:00Z"], "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        (["2012-10-01l", "2013-08-01l"], "yyyy-MM-dd'l'"),
        (["2018-10", "-"], "yyyy-MM"),
    ],
)
def test_date_styles(values: list[str], style: str) -> None:
    assert date_style(values) == (style, 1.0)


@pytest.mark.parametrize(
    ("values", "decimal", "thousands"),
    [
        (["1.234,50-", "7,25"], ",", "."),
        (["1,234.50", "(7.25)"], ".", ","),
        (["1 234,5", "12"], ",", " "),
        (["12", "-5"], ".", ""),
        (["0,000", "12,500"], ",", ""),
        (["1.234.567", "12"], ",", "."),
        (["1234.5", "KLE 14.05"], ".", ""),
    ],
)
def test_number_styles(values: list[str], decimal: str, thousands: str) -> None:
    style = number_style(values)
    assert (style.decimal, style.thousands) == (decimal, thousands)


def test_number_that_may_be_either_is_a_guess() -> None:
    assert number_style(["1.234", "2.500"]).confidence < 0.75


@pytest.mark.parametrize(
    ("codes", "registers"),
    [
        (("DK-13 74 81 36", "64942212", "SE556012579001"), {"CVR-nr.": "cvr"}),
        (("GB123456789", "NO987654321", "64942212"), {}),  # mostly other countries' numbers: of no use here
        (("24256791", "10000000", "13748136"), {}),
    ],
)
def test_a_column_of_business_numbers_gets_its_register(
    tmp_path: Path, codes: tuple[str, ...], registers: dict[str, str]
) -> None:
    rows = "".join(f"S{n};System {n};Firma {n};{code}\n" for n, code in enumerate(codes))
    proposal, contract = draft(
        tmp_path, "x.csv", f"System-id;Systemnavn;Leverandør;CVR-nr.\n{rows}".encode(), "systems"
    )
    assert {c.physical_name: c.register_code for c in contract.columns if c.register_code} == registers
    assert any("CVR numbers" in line for line in summary_cells(proposal)) is bool(registers)


@pytest.mark.parametrize(
    ("codes", "register"),
    [
        (("5798000000001", "5798000000018", "5798000000025", "5798000000032"), "ean"),
        (("5798000000001", "5798000000018"), None),  # two may be chance
        (("5798000000001", "5798000000018", "5798000000025", "5798000000033"), None),  # a faulty one would lose its row
    ],
)
def test_a_column_of_ean_numbers_gets_its_register(
    tmp_path: Path, codes: tuple[str, ...], register: str | None
) -> None:
    rows = "".join(f"S{n};System {n};{code};Enhed {n}\n" for n, code in enumerate(codes))
    _, contract = draft(tmp_path, "x.csv", f"System-id;Systemnavn;Enhedsnr.;Enhed\n{rows}".encode(), "systems")
    (column,) = [c for c in contract.columns if c.physical_name == "Enhedsnr."]
    assert (column.name, column.register_code) == ("owner_unit_code", register)


def test_separators_and_encodings() -> None:
    assert separator(["14.05+14.06", "01.18"]) == "+"
    assert separator(["14.05", "01.18"]) is None
    assert encoding_of("æøå".encode("cp865") * 9) == "cp865"
    assert encoding_of("æøå".encode("cp1252") * 9) == "windows-1252"


@pytest.mark.parametrize(
    ("header", "dataset", "field", "other"),
    [
        ("Bogføringsdato", "postings", "posting_date", "voucher_key"),
        ("LEVERANDOERNAVN", "systems", "supplier_name", "system_name"),
        ("vendorName", "contracts", "supplier_name", "contract_name"),
        ("Application owner unit", "systems", "owner_unit_name", "system_name"),
        ("Kontraktens udløbsdato", "contracts", "end_date", "start_date"),
        ("Projektnummer", "investments", "project_code", "project_name"),
    ],
)
def test_headers_say_their_field_in_two_languages(header: str, dataset: str, field: str, other: str) -> None:
    assert says(header, dataset, field) > max(0.6, says(header, dataset, other))


def test_file_names_give_their_date() -> None:
    pattern = name_pattern("Export (1)_2026-09-30.csv.gz").pattern
    assert re.fullmatch(pattern, "Export (1)_2026-12-31.csv.gz")
    assert not re.fullmatch(pattern, "Export (1)_2026-12.csv")
    assert name_pattern("list_v2.csv").grain == ""
    named = re.fullmatch(name_pattern("b_2026-09.csv").naming("version_code").pattern, "b_2027-01.csv")
    assert named is not None
    assert named.groupdict() == {"business_date": "2027-01", "version_code": "2027-01"}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=1, max_size=4)
    )
)
def test_pairs_are_the_best_there_are(scores: list[list[float]]) -> None:
    def best(row: int, free: frozenset[int]) -> float:
        if row == len(scores):
            return 0.0
        return max([best(row + 1, free), *(scores[row][c] + best(row + 1, free - {c}) for c in free)])

    pairs = best_pairs(scores)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert sum(scores[r][c] for r, c in pairs) == pytest.approx(best(0, frozenset(range(len(scores[0])))))


def instance(tmp_path: Path, **changes: Any) -> Path:
    """An instance with one contract in order and, as told, another beside it."""
    root = tmp_path / "instance"
    (root / "contracts" / "tmf").mkdir(parents=True)
    (root / "reference").mkdir()
    (root / "instance.yml").write_text("name: Prøve\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    (root / "reference" / "administration.csv").write_text("administration_code\ntmf\n", "utf-8")
    (tmp_path / "poster_2026-02.csv").write_text(LEDGER, "utf-8")
    text = contract_yaml(propose(tmp_path / "poster_2026-02.csv", datasets()["postings"], "tmf")).replace(
        "status: draft", "status: active"
    )
    (root / "contracts" / "tmf" / "postings.odcs.yaml").write_text(text, "utf-8")
    if changes:
        document = yaml.safe_load(text) | {"id": "tmf.others"}
        for change in changes.values():
            change(document)
        (root / "contracts" / "tmf" / "others.odcs.yaml").write_text(
            yaml.safe_dump(document, allow_unicode=True), "utf-8"
        )
    return root


def renamed(document: dict[str, Any]) -> None:
    next(p for p in document["servers"][0]["customProperties"] if p["property"] == "filePattern")["value"] = (
        r"other_\d{4}\.csv"
    )


def wrong_administration(document: dict[str, Any]) -> None:
    renamed(document)
    next(p for p in document["customProperties"] if p["property"] == "administration")["value"] = {"code": "nobody"}


def wrong_quality(document: dict[str, Any]) -> None:
    renamed(document)
    document["schema"][0]["quality"].append({"type": "library", "metric": "nullValues", "mustBe": 0})


def wrong_version(document: dict[str, Any]) -> None:
    document["apiVersion"] = "v0"


def wrong_field(document: dict[str, Any]) -> None:
    document["schema"][0]["properties"][0]["name"] = "nonsense"


def test_lint_says_that_contracts_are_in_order(tmp_path: Path) -> None:
    done = CliRunner().invoke(portfolio, ["--instance", str(instance(tmp_path, change=renamed)), "contract", "lint"])
    assert (done.exit_code, done.output) == (0, "2 contracts are in order.\n")


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        (lambda document: None, "$.servers[0].filePattern", "as that of tmf.postings does"),
        (wrong_administration, "$.customProperties.administration", "'nobody' is not in reference/administration.csv"),
        (wrong_quality, "quality rule 2", "expected on a property"),
        (wrong_version, "$.apiVersion", "v0"),
        (wrong_field, "$.schema[0].properties", "nonsense"),
    ],
)  # fmt: skip
def test_lint_names_file_place_and_reason(tmp_path: Path, change: Any, place: str, reason: str) -> None:
    done = CliRunner().invoke(portfolio, ["--instance", str(instance(tmp_path, change=change)), "contract", "lint"])
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("contracts/tmf/others.odcs.yaml: ")
    assert place in line
    assert reason in line


def test_names_thought_up_for_a_pattern_match_it() -> None:
    for pattern in (r"a_(?P<business_date>\d{4}(-\d{2})?)\.csv(\.gz)?", r"(x|y)[A-Z]+ .*\.txt", r"[^a]b\w*\s?"):
        names = example_names(pattern)
        assert names
        assert all(re.fullmatch(pattern, name) for name in names), names
