"""What a build knows of deliveries and promises, and the scorecard that a release gives: small instances, counted by hand."""

import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.configuration import Configuration
from pipelines.ingest.ingest import DeliveryState, ingest
from pipelines.ingest.landing import land
from pipelines.instance import Instance
from pipelines.release.scorecard import Score, scorecard
from pipelines.summary import print_status
from pipelines.transform.build import Build
from pipelines.transform.deliveries import delivery_rows, newest_refused, part_rows, promise_row
from pipelines.transform.inputs import lay_out
from tests.conforming import BASE

SETTINGS = {"name": "Town", "currency": "DKK", "price_year": 2026, "administrations": "open", "language": "en"}
SHARED = {"column": "Selskab", "codeList": {"1": "okf", "2": "kff"}}
HEADER = "Selskab;Bilag;Dato;Beløb;Navn\n"
FILES = {
    "poster_2026-01.csv": f"{HEADER}1;1;2026-01-01;5;\n2;2;2026-01-02;7;\n9;3;2026-01-02;8;Bodil Hansen\n",
    "poster_2026-02.csv": f"{HEADER}1;4;2026-02-01;5;\n1;5;i går;5;Bodil Hansen\n1;6;i går;x;\n",
    "poster_2026-03.csv": "Bilag\n7\n",
}


def write_instance(root: Path) -> Configuration:
    """Ledger lines of two administrations: January with warnings, February with too many faults, March without columns."""
    document: dict[str, Any] = BASE | {"id": "_shared.postings", "team": {"name": "Shared services"}}
    names = {"voucher_key": "Bilag", "posting_date": "Dato", "posting_amount": "Beløb"}
    kinds = {"posting_date": "date", "posting_amount": "number"}
    properties = [{"name": n, "physicalName": h, "logicalType": kinds.get(n, "string")} for n, h in names.items()]
    pattern = r"poster_(?P<business_date>\d{4}-\d{2})\.csv"
    custom = {
        "administration": SHARED, "mode": "period", "rejectionThreshold": {"share": 0.5}, "unknownColumns": "warn",
    }  # fmt: skip
    document["servers"] = [
        {"server": "landing", "type": "local", "path": "landing/_shared", "format": "csv",
         "customProperties": [{"property": "filePattern", "value": pattern}]}
    ]  # fmt: skip
    document["schema"] = [{"name": "postings", "properties": properties}]
    document["slaProperties"] = [
        {"property": "frequency", "value": 1, "unit": "month"}, {"property": "latency", "value": 10, "unit": "day"},
    ]  # fmt: skip
    document["customProperties"] = [{"property": k, "value": v} for k, v in custom.items()]
    for folder in ("contracts/_shared", "landing/_shared", "reference"):
        (root / folder).mkdir(parents=True)
    (root / "instance.yml").write_text(yaml.safe_dump(SETTINGS), "utf-8")
    (root / "contracts/_shared/postings.odcs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    for name, text in FILES.items():
        (root / "landing/_shared" / name).write_text(text, "utf-8")
        (root / "landing/_shared" / f"{name}.done").touch()
    return Configuration.load(Instance.load(root))


def states_of(configuration: Configuration) -> list[DeliveryState]:
    return ingest(configuration, datetime(2027, 1, 1, tzinfo=UTC), configuration.instance.root / "work", lambda _: None)


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    configuration = write_instance(tmp_path_factory.mktemp("town"))
    land(configuration.instance, list(configuration.contracts))
    return configuration


@pytest.fixture(scope="module")
def states(configuration: Configuration) -> list[DeliveryState]:
    return states_of(configuration)


def test_each_delivery_says_what_became_of_it(states: list[DeliveryState]) -> None:
    names = (
        "status", "is_in_force", "is_replacement_due", "source_rows", "rejected_rows", "rejected_amount",
        "rejected_unknown_amount_rows", "warning_count",
    )  # fmt: skip
    january, february, march = delivery_rows(states)
    assert [january[n] for n in names] == ["accepted", True, False, 3, 1, Decimal("8.00"), 0, 1]
    assert [february[n] for n in names] == ["refused", False, True, 3, 2, Decimal("5.00"), 1, 1]
    assert [march[n] for n in names] == ["refused", False, True, 0, 0, None, None, 0]
    assert "expected at most 50% bad rows" in str(february["refusal_reason"])


def test_the_parts_of_accepted_deliveries_only(states: list[DeliveryState]) -> None:
    found = [(r["administration_code"], r["accepted_rows"], r["rejected_rows"]) for r in part_rows(states)]
    assert found == [("kff", 1, 0), ("okf", 1, 0), (None, 0, 1)]


def test_a_refusal_is_open_until_something_later_is_accepted(states: list[DeliveryState]) -> None:
    january, february, march = states
    assert newest_refused(states) == [february, march]
    earlier = february.delivery.__class__(**february.delivery.__dict__ | {"business_date": date(2026, 1, 30)})
    replaced = DeliveryState(**february.__dict__ | {"delivery": earlier})
    assert newest_refused([january, replaced]) == []


def test_a_promise_says_what_it_covers_and_when_it_is_late(
    configuration: Configuration, states: list[DeliveryState]
) -> None:
    (contract,) = configuration.contracts
    row = promise_row(contract, states, date(2026, 3, 13))
    assert row == {
        "contract_id": "_shared.postings", "dataset_name": "postings", "administration_code": None,
        "administration_codes": "kff|okf", "team_name": "Shared services", "contract_title": contract.title,
        "mode": "period", "frequency_value": 1, "frequency_unit": "month", "latency_days": 10,
        "newest_business_date": date(2026, 1, 31), "expected_by_date": date(2026, 3, 13), "is_late": False,
    }  # fmt: skip
    assert promise_row(contract, states, date(2026, 3, 14))["is_late"]
    assert promise_row(contract, [], date(2026, 1, 1))["is_late"]


@pytest.fixture(scope="module")
def inputs(configuration: Configuration, states: list[DeliveryState], tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = Build(tmp_path_factory.mktemp("build"))
    build.inputs.mkdir()
    lay_out(build, configuration.instance, configuration.contracts, states, date(2026, 3, 13))
    return build.inputs


def test_rejections_are_laid_out_without_their_text(inputs: Path) -> None:
    """Those of a refused delivery too; what stood in the row stays in rejected/."""
    relation = f"read_parquet('{inputs}/raw_rejection/*.parquet', union_by_name=true)"
    found = duckdb.sql(
        f"select source_row_number, rule_code, administration_code from {relation} order by all"
    ).fetchall()
    assert found == [
        (3, "not_a_date", "okf"),
        (4, "not_a_date", "okf"),
        (4, "not_an_amount", "okf"),
        (4, "unknown_administration", None),
    ]
    assert "Bodil" not in str(duckdb.sql(f"select * from {relation}").fetchall())


def test_rejected_rows_that_were_deleted_are_made_again(tmp_path: Path) -> None:
    configuration = write_instance(tmp_path)
    land(configuration.instance, list(configuration.contracts))
    first = states_of(configuration)
    shutil.rmtree(configuration.instance.rejected)
    again = states_of(configuration)
    assert [s.rejected.exists() for s in again] == [s.rejected.exists() for s in first] == [True, True, False]


TABLES = """
    create table dim_data_contract as from (values ('_shared.postings', 'kff|okf', true), ('okf.systems', 'okf', false),
        ('_shared.new', null, true)) as t (data_contract_id, administration_codes, is_late);
    create table fct_delivery as from (values ('d1', '_shared.postings', false), ('d2', 'okf.systems', true),
        ('d3', 'okf.systems', true)) as t (delivery_id, data_contract_id, is_replacement_due);
    create table fct_delivery_administration as from (values ('d1', 'okf', true, 30, 10), ('d0', 'okf', true, 10, 0),
        ('d0', 'okf', false, 99, 99), ('d1', null, true, 0, 3)) as t
        (delivery_id, administration_code, is_in_force, accepted_row_count, rejected_row_count);
"""


def test_the_scorecard_counts_a_shared_contract_for_each_of_its_administrations(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute(TABLES)
    kff, okf, nobody = scorecard(tmp_path)
    assert kff == Score("kff", contracts=1, late=1, refused=0, deliveries=0, accepted_rows=0, rejected_rows=0)
    assert okf == Score("okf", contracts=2, late=1, refused=2, deliveries=2, accepted_rows=40, rejected_rows=10)
    assert nobody == Score("", contracts=1, late=1, refused=0, deliveries=1, accepted_rows=0, rejected_rows=3)
    assert (kff.rejected_share, okf.rejected_share, nobody.rejected_share) == (0, 0.2, 1)


@pytest.mark.parametrize("administrations", [2, 20])
def test_status_shows_the_administrations_with_most_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], administrations: int
) -> None:
    """A release from before the scorecard, then one with it: all of few, and of many those that are late."""
    (tmp_path / "instance.yml").write_text(yaml.safe_dump(SETTINGS), "utf-8")
    release = tmp_path / "releases" / "2026"
    release.mkdir(parents=True)
    release.with_name("current").symlink_to("2026")
    audit = {"counts": {"passed": 1}, "warnings": []}
    manifest = {
        "release_id": "2026", "made_at": "2026-01-01T00:00:00+00:00", "inputs": {"as_of_date": "2026-01-01"},
        "audit": audit, "refused": [], "late": [], "not_taken": [],
    }  # fmt: skip
    (release / "release.json").write_text(json.dumps(manifest), "utf-8")
    with duckdb.connect(str(release / "marts.duckdb")) as connection:
        connection.execute("create table release (x integer)")
    print_status(Instance.load(tmp_path))
    assert "administration" not in capsys.readouterr().out
    codes = ", ".join(f"('c{n}', 'a{n:02}', {n} > 7)" for n in range(administrations))
    with duckdb.connect(str(release / "marts.duckdb")) as connection:
        connection.execute(f"{TABLES} delete from dim_data_contract; delete from fct_delivery_administration;")
        connection.execute(f"insert into dim_data_contract values {codes}")
    print_status(Instance.load(tmp_path))
    shown = capsys.readouterr().out
    many = administrations > 12
    assert ("a00" in shown, "a19" in shown, "and 8 more" in shown) == (not many, many, many)
