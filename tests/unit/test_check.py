"""`portfolio check`: what the nightly run would say of a file, on the terminal, as a page and as JSON."""

import hashlib
import html.parser
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pipelines.check.verdict import CheckVerdict
from pipelines.cli import portfolio
from pipelines.contracts.catalogue import datasets
from pipelines.files import sha256_of
from pipelines.ingest.archive import Archive, Delivery, delivery_id
from pipelines.ingest.forgetting import forget
from pipelines.ingest.privacy import plain
from pipelines.instance import Instance

SETTINGS = {"name": "Prøvekommunen", "name_en": "Test town", "language": "da", "currency": "DKK", "price_year": 2026}
HEADER = "Nøgle;System;Ansvarlig;Brugere;Årlig udgift;Noter\n"
GOOD = HEADER + "".join(f"S{n};System {n};Enhed {n};{n};1.000,50;Ring til Bodil\n" for n in range(1, 5))
SECRET = "Bodil Hansen"


def contract(**custom: Any) -> dict[str, Any]:
    properties = [
        {"name": "system_key", "physicalName": "Nøgle", "logicalType": "string", "required": True},
        {"name": "system_name", "physicalName": "System", "logicalType": "string", "required": True},
        {"name": "owner_unit_name", "physicalName": "Ansvarlig", "logicalType": "string"},
        {"name": "user_count", "physicalName": "Brugere", "logicalType": "integer"},
        {"name": "stated_yearly_amount", "physicalName": "Årlig udgift", "logicalType": "number"},
    ]
    given = {
        "administration": {"code": "tmf"},
        "mode": "snapshot",
        "numbers": {"decimal": ",", "thousands": "."},
        "ignoredColumns": ["Noter*"],
        "rejectionThreshold": {"share": 0.5},
    } | custom
    pattern = r"systemer_(?P<business_date>\d{4}-\d{2}-\d{2})\.csv"
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "tmf.systems",
        "name": "Systemer, TMF",
        "version": "1.0.0",
        "status": "active",
        "team": {"name": "TMF It", "members": [{"username": "tmf-it", "role": "owner"}]},
        "servers": [
            {
                "server": "landing", "type": "local", "path": "landing/tmf", "format": "csv",
                "customProperties": [{"property": "filePattern", "value": pattern}],
            }
        ],
        "schema": [{"name": "systems", "properties": properties}],
        "customProperties": [{"property": k, "value": v} for k, v in given.items()],
    }  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An instance with one contract."""
    root = tmp_path / "instance"
    (root / "contracts" / "tmf").mkdir(parents=True)
    (root / "reference").mkdir()
    (root / "reference" / "administration.csv").write_text("administration_code\ntmf\n", "utf-8")
    (root / "instance.yml").write_text(yaml.safe_dump(SETTINGS, allow_unicode=True), "utf-8")
    write_contract(root, contract())
    return root


def write_contract(root: Path, document: dict[str, Any], name: str = "systems") -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    (root / "contracts" / "tmf" / f"{name}.odcs.yaml").write_text(text, "utf-8")


def written(root: Path, text: str, name: str = "systemer_2026-10-31.csv") -> Path:
    """A file that lies outside the instance."""
    path = root.parent / name
    path.write_text(text, "utf-8")
    return path


def run(root: Path, *arguments: object) -> Result:
    return CliRunner().invoke(
        portfolio, ["--instance", str(root), "check", *map(str, arguments)], env={"COLUMNS": "400"}
    )


def checked(root: Path, path: Path, *arguments: str) -> CheckVerdict:
    done = run(root, path, "--json", "-", *arguments)
    verdict = CheckVerdict.model_validate_json(done.stdout)
    assert done.exit_code == verdict.exit_code
    return verdict


def fingerprints(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def receive(root: Path, text: str, day: date) -> Delivery:
    """Put a delivery into the instance's archive, as a night before would have."""
    path = written(root, text, "earlier.csv")
    identity = delivery_id("tmf.systems", day, sha256_of(path))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    delivery = Delivery(
        identity, "tmf.systems", day, moment, sha256_of(path), 1, f"systemer_{day}.csv", "landing/tmf/x"
    )
    archive = Archive(root / "archive")
    archive.store(path)
    archive.receive(delivery)
    return delivery


def test_a_good_file_is_accepted_and_nothing_is_written_into_the_instance(root: Path) -> None:
    before = fingerprints(root)
    verdict = checked(root, written(root, GOOD))
    assert (verdict.outcome, verdict.exit_code, verdict.business_date) == ("accepted", 0, date(2026, 10, 31))
    assert verdict.rows is not None
    assert (verdict.rows.source, verdict.rows.accepted, verdict.rows.rejected) == (4, 4, 0)
    assert verdict.passed_check_count > 0
    assert fingerprints(root) == before


def test_bad_rows_are_named_by_rule_with_row_and_column(root: Path) -> None:
    text = GOOD + ";Uden nøgle;;1;1;\nS1;Igen;;1;1;\nS9;Mange;;mange;1;\n"
    verdict = checked(root, written(root, text))
    assert (verdict.outcome, verdict.exit_code) == ("accepted_with_rejections", 1)
    found = {(r.rule_code, r.row_count, e.row_number, e.column) for r in verdict.rejections for e in r.examples}
    assert found == {
        ("missing", 1, 6, "Nøgle"),
        ("repeated_key", 1, 7, None),
        ("not_a_whole_number", 1, 8, "Brugere"),
    }
    shown = run(root, written(root, text)).stdout
    assert "Godkendt med afviste rækker" in shown
    assert "Accepted with rejected rows" in shown
    assert "expected a whole number, found 'mange'" in shown


def test_over_the_threshold_the_file_is_refused_and_its_bad_rows_are_still_named(root: Path) -> None:
    bad = "".join(f"T{n};System;;mange;1;\n" for n in range(9))
    verdict = checked(root, written(root, GOOD + bad))
    assert (verdict.outcome, verdict.exit_code) == ("refused", 1)
    assert "expected at most 50% bad rows" in verdict.refusal_reasons[0].en
    (rule,) = verdict.rejections
    assert (rule.rule_code, rule.row_count) == ("not_a_whole_number", 9)
    assert [e.row_number for e in rule.examples] == [6, 7, 8, 9, 10]


def test_a_file_that_a_check_refuses_says_which(root: Path) -> None:
    verdict = checked(root, written(root, GOOD + "S9;Minus;;-5;1;\n"))
    assert (verdict.outcome, verdict.exit_code) == ("refused", 1)
    assert verdict.refusal_reasons[0].da.startswith("Intet antal brugere er negativt")
    assert [c.outcome.value for c in verdict.checks] == ["failed"]


def test_a_missing_column_refuses_and_counts_nothing(root: Path) -> None:
    verdict = checked(root, written(root, GOOD.replace("Brugere", "Antal")))
    assert (verdict.outcome, verdict.rows, verdict.amounts) == ("refused", None, None)
    assert "expected the column 'Brugere'" in verdict.refusal_reasons[0].en
    assert "'Antal'" in verdict.refusal_reasons[0].en


def test_unknown_columns_are_warned_of_where_the_contract_says_so(root: Path) -> None:
    write_contract(root, contract(unknownColumns="warn", ignoredColumns=[]))
    verdict = checked(root, written(root, GOOD))
    assert verdict.outcome == "accepted"
    assert "'Noter'" in verdict.warnings[0].en


@pytest.mark.parametrize("output", ["terminal", "json", "html"])
def test_personal_data_is_never_shown(root: Path, output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither of a personal field, nor of another field read from the same column, nor of an ignored column."""
    fields = datasets()["systems"].fields
    for name in ("user_count", "owner_unit_name"):
        monkeypatch.setitem(fields, name, fields[name].model_copy(update={"classification": "personal"}))
    document = contract()
    document["schema"][0]["properties"] += [
        {"name": "use_start_date", "physicalName": "Ansvarlig", "logicalType": "date"},
        {"name": "use_end_date", "physicalName": "Noter om slut", "logicalType": "date"},
    ]
    write_contract(root, document)
    text = HEADER.replace("Noter", "Noter;Noter om slut")
    text += f"S1;A;{SECRET};1;1;{SECRET};\nS2;B;;{SECRET};1;{SECRET};\nS3;C;;1;1;;{SECRET}\nS4;D;;1;nul;;\n"
    write_contract(root, document | {"customProperties": contract(rejectionThreshold={"share": 1})["customProperties"]})
    page = tmp_path / "page.html"
    done = run(root, written(root, text), "--html", page, *(["--json", "-"] if output == "json" else []))
    shown = page.read_text("utf-8") if output == "html" else done.stdout
    assert SECRET not in shown
    assert shown.count("(not shown)") == 3
    assert "found 'nul'" in shown or "found &#39;nul&#39;" in shown


def test_personal_data_is_not_shown_in_the_reason_of_a_refusal(root: Path) -> None:
    document = contract(ignoredColumns=["Noter*"], rejectionThreshold={"rows": 0})
    document["schema"][0]["properties"] += [{"name": "use_end_date", "physicalName": "Noter", "logicalType": "date"}]
    write_contract(root, document)
    verdict = checked(root, written(root, HEADER + f"S1;A;;1;1;{SECRET}\nS2;B;;mange;1;\n"))
    assert verdict.outcome == "refused"
    assert SECRET not in verdict.model_dump_json()


def test_totals_of_the_sender_are_compared(root: Path) -> None:
    path = written(root, GOOD)
    written(root, "control_totals: {rows: 5}\n", path.name + ".delivery.yml")
    verdict = checked(root, path)
    assert (verdict.outcome, verdict.exit_code) == ("refused", 1)
    assert verdict.rows is not None
    assert verdict.rows.accepted == 4
    written(root, "control_totals: {people: 5}\n", path.name + ".delivery.yml")
    assert "people" in checked(root, path).refusal_reasons[0].en


def test_a_file_without_header_does_not_show_its_first_row(root: Path) -> None:
    path = written(root, f"S1;System;{SECRET};1;1;{SECRET}\n")
    done = run(root, path)
    assert done.exit_code == 1
    assert SECRET not in done.stdout
    assert "does not look like the header" in done.stdout


class _Page(html.parser.HTMLParser):
    """Which tags are open, and every attribute."""

    VOID = ("meta", "link", "br", "col", "img", "input", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_self_contained_and_escaped(root: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run(root, written(root, GOOD + "S9;Ondt;;<script>alert(1)</script>;1;\n"), "--html", page)
    text = page.read_text("utf-8")
    parser = _Page()
    parser.feed(text)
    assert not parser.open
    tags = {tag for tag, _ in parser.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"https?:|url\(|@import|src=|href=", text)
    assert "&lt;script&gt;" in text
    assert parser.tags[0] == ("html", {"lang": "da"})
    assert all(a.get("scope") in ("col", "row") for tag, a in parser.tags if tag == "th")
    assert {"main", "h1", "h2", "table", "caption", "title"} <= tags


def test_an_english_instance_is_answered_in_english_only(root: Path, tmp_path: Path) -> None:
    (root / "instance.yml").write_text(yaml.safe_dump(SETTINGS | {"language": "en"}), "utf-8")
    page = tmp_path / "page.html"
    done = run(root, written(root, GOOD), "--html", page)
    assert "Accepted: there is nothing to correct." in done.stdout
    assert "Godkendt" not in done.stdout + page.read_text("utf-8")
    assert '<html lang="en">' in page.read_text("utf-8")


def test_json_round_trips_and_is_the_same_in_a_file(root: Path, tmp_path: Path) -> None:
    verdict = checked(root, written(root, GOOD))
    target = tmp_path / "verdict.json"
    done = run(root, written(root, GOOD), "--json", target)
    again = CheckVerdict.model_validate_json(target.read_bytes())
    assert again.model_copy(update={"checked_at": verdict.checked_at}) == verdict
    assert CheckVerdict.model_validate(json.loads(verdict.model_dump_json())) == verdict
    assert "Godkendt" in done.stdout
    assert all(f.description for f in CheckVerdict.model_fields.values())


def test_amounts_add_up_in_the_currency_of_the_instance(root: Path) -> None:
    document = contract(mode="period", amounts={"unit": 1000})
    document["id"], document["schema"][0]["name"] = "tmf.postings", "postings"
    document["schema"][0]["properties"] = [
        {"name": "voucher_key", "physicalName": "Nøgle", "logicalType": "string"},
        {"name": "posting_date", "physicalName": "System", "logicalType": "date"},
        {"name": "posting_amount", "physicalName": "Årlig udgift", "logicalType": "number", "required": True},
    ]
    write_contract(root, document)
    text = "Nøgle;System;Årlig udgift\n1;2026-01-01;1,5\n2;i går;2\n3;2026-01-03;-0,25\n"
    verdict = checked(root, written(root, text))
    assert verdict.amounts is not None
    assert [str(v) for v in (verdict.amounts.source, verdict.amounts.accepted, verdict.amounts.rejected)] == [
        "3250.00", "1250.00", "2000.00",
    ]  # fmt: skip
    assert "3.250,00" in run(root, written(root, text)).stdout
    assert "DKK" in run(root, written(root, text)).stdout


def test_rows_are_compared_with_the_accepted_delivery_before(root: Path) -> None:
    many = HEADER + "".join(f"S{n};System {n};;{n};1;\n" for n in range(1, 8))
    accepted = receive(root, many, date(2026, 6, 30))
    receive(root, HEADER, date(2026, 7, 31))  # refused: no rows
    receive(root, GOOD + "S9;Senere;;1;1;\n", date(2026, 12, 31))
    withdrawn = receive(root, GOOD, date(2026, 9, 30))
    Archive(root / "archive").withdraw(withdrawn.delivery_id, "wrong", "test")
    before = fingerprints(root)
    verdict = checked(root, written(root, GOOD))
    assert verdict.previous is not None
    assert (verdict.previous.delivery_id, verdict.previous.accepted_rows) == (accepted.delivery_id, 7)
    assert [c.check_id for c in verdict.checks] == ["delivery.tmf.systems.rows_against_before"]
    assert (verdict.outcome, verdict.exit_code) == ("accepted", 0)
    assert fingerprints(root) == before


def test_a_file_received_before_is_said_to_be(root: Path) -> None:
    known = receive(root, GOOD, date(2026, 10, 31))
    verdict = checked(root, written(root, GOOD))
    assert (verdict.received_before, verdict.previous) == (known.delivery_id, None)
    assert "received before" in verdict.warnings[0].en


def test_another_name_is_a_warning_when_the_contract_is_named(root: Path) -> None:
    verdict = checked(root, written(root, GOOD, "mit udtræk.csv"), "--contract", "tmf.systems")
    assert (verdict.outcome, verdict.business_date_from) == ("accepted", "today")
    assert "systemer_(?P<business_date>" in verdict.warnings[0].en
    assert "systemer_(?P<business_date>" in verdict.warnings[0].da


def test_a_sidecar_gives_the_business_date_that_the_name_lacks(root: Path) -> None:
    path = written(root, GOOD, "mit udtræk.csv")
    written(root, "business_date: 2026-09-30\n", "mit udtræk.csv.delivery.yml")
    verdict = checked(root, path, "--contract", "tmf.systems")
    assert (verdict.business_date, verdict.business_date_from) == (date(2026, 9, 30), "sidecar")


def test_a_faulty_business_date_refuses(root: Path) -> None:
    verdict = checked(root, written(root, GOOD, "systemer_2026-13-31.csv"))
    assert (verdict.outcome, verdict.business_date) == ("refused", None)
    assert "no business date" in verdict.refusal_reasons[0].en


def test_wrong_use_and_faulty_configuration_exit_2(root: Path) -> None:
    good = written(root, GOOD)
    for arguments, said in [
        ((written(root, GOOD, "andet.csv"),), r"tmf.systems: systemer_(?P<business_date>"),
        ((good, "--contract", "tmf.nothing"), "tmf.systems"),
        ((root / "nowhere.csv",), "does not exist"),
        ((good, "--html", good), "is the file to check"),
    ]:
        done = run(root, *arguments)
        assert done.exit_code == 2
        assert said in done.output
    write_contract(root, contract() | {"id": "tmf.other"}, "other")
    both = run(root, good)
    assert both.exit_code == 2
    assert "tmf.other and tmf.systems" in both.output
    write_contract(root, contract(mode="now and then"))
    assert run(root, good).exit_code == 2
    assert good.read_text("utf-8") == GOOD


def test_what_a_terminal_would_obey_is_not_printed(root: Path) -> None:
    done = run(root, written(root, GOOD + "S9;Ondt;;\x1b[2J[bold];1;\n"))
    assert "\x1b[2J" not in done.stdout
    assert "[2J[bold]" in done.stdout
    assert plain("a\u202eb\nc") == "a\ufffdb\ufffdc"


def in_parts(root: Path) -> None:
    """Let the contract deliver its file in two parts."""
    document = contract(rejectionThreshold={"share": 0.9})
    document["servers"][0]["customProperties"] = [
        {"property": "filePattern", "value": r"systemer_(?P<business_date>\d{4}-\d{2}-\d{2})_(?P<part>\d)\.csv"},
        {"property": "parts", "value": ["1", "2"]},
    ]
    write_contract(root, document)


FIRST, SECOND = "systemer_2026-10-31_1.csv", "systemer_2026-10-31_2.csv"
MORE = HEADER + "S9;System 9;;9;9,00;\nS10;System 10;;x;9,00;\n"


def test_a_delivery_in_parts_is_one_verdict_and_finds_its_other_files(root: Path) -> None:
    in_parts(root)
    two, one = written(root, MORE, SECOND), written(root, GOOD, FIRST)
    written(root, MORE, "systemer_2026-09-30_2.csv")
    verdicts = [checked(root, one), checked(root, two)]
    for both in ([one, two], [two, one]):
        done = run(root, *both, "--json", "-")
        verdicts.append(CheckVerdict.model_validate_json(done.stdout))
        assert done.exit_code == 1
    assert {v.model_copy(update={"checked_at": verdicts[0].checked_at}).model_dump_json() for v in verdicts} == {
        verdicts[0].model_dump_json()
    }
    verdict = verdicts[0]
    assert (verdict.outcome, verdict.file_name) == ("accepted_with_rejections", f"{FIRST} + {SECOND}")
    assert verdict.business_date == date(2026, 10, 31)
    assert verdict.rows is not None
    assert (verdict.rows.source, verdict.rows.accepted) == (6, 5)
    assert verdict.byte_count == len((GOOD + MORE).encode())
    assert verdict.rejections[0].examples[0].reason.startswith(f"{SECOND}, row 3: Column 'Brugere'")


def test_a_part_that_is_missing_refuses_and_the_others_are_checked_all_the_same(root: Path) -> None:
    in_parts(root)
    verdict = checked(root, written(root, MORE, SECOND))
    assert (verdict.outcome, verdict.business_date) == ("refused", date(2026, 10, 31))
    assert "part 1 is missing" in verdict.refusal_reasons[0].en
    assert verdict.rows is not None
    assert verdict.rows.rejected == 1


def test_parts_of_other_names_are_taken_in_the_order_given(root: Path) -> None:
    in_parts(root)
    one, two = written(root, MORE, "b.csv"), written(root, GOOD, "a.csv")
    done = run(root, one, two, "--contract", "tmf.systems", "--json", "-")
    verdict = CheckVerdict.model_validate_json(done.stdout)
    assert (verdict.outcome, verdict.file_name) == ("accepted_with_rejections", "b.csv + a.csv")
    assert "does not match the contract's pattern" in verdict.warnings[0].en


def test_files_that_are_no_delivery_together_are_wrong_use(root: Path) -> None:
    good, other = written(root, GOOD), written(root, GOOD, "systemer_2026-09-30.csv")
    done = run(root, good, other)
    assert done.exit_code == 2
    assert "expected one file, found" in done.output
    in_parts(root)
    for second, said in [("systemer_2026-09-30_2.csv", "those of several"), ("systemer_2026-10-31_7.csv", "found 7")]:
        done = run(root, written(root, GOOD, FIRST), written(root, GOOD, second))
        assert done.exit_code == 2
        assert said in done.output


def test_forgotten_bytes_are_not_taken_again_and_not_compared_with(root: Path) -> None:
    delivery = receive(root, GOOD, date(2026, 9, 30))
    forget(Instance.load(root), delivery.delivery_id, "names a citizen", "it-portfolio")
    verdict = checked(root, written(root, GOOD))
    assert (verdict.received_before, verdict.previous, verdict.exit_code) == (None, None, 1)
    assert "forgotten on" in run(root, written(root, GOOD)).stdout
