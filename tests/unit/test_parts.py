"""Several landing files as one delivery: when a set is complete, what it is known by, and how its rows and totals are read."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.configuration import Configuration
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError, DeliveryRefused
from pipelines.ingest import landing as landing_module
from pipelines.ingest.archive import Archive, Delivery, DeliveryPart, in_force
from pipelines.ingest.ingest import ingest
from pipelines.ingest.landing import LandingReport, land
from pipelines.instance import Instance
from tests.conforming import COLUMNS, amounts, run_delivery
from tests.conforming import contract as make_contract

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
PATTERN = r"poster_(?P<business_date>\d{4}-\d{2})_(?P<part>[a-z0-9]+)\.csv(\.gz)?"
SETTINGS = "name: x\ncurrency: DKK\nprice_year: 2026\nadministrations: open\n"
HEADER = "Bilag;Dato;Beløb\n"
ONE, TWO = HEADER + "1;01.01.2026;1,50\n2;02.01.2026;2,00\n", HEADER + "3;03.01.2026;3,00\n"


def agreement(folder: Path, parts: tuple[str, ...] = ("del1", "del2"), **file: Any) -> Contract:
    return make_contract(folder, {"filePattern": PATTERN, "parts": list(parts)} | file)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return agreement(tmp_path)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return new_instance(tmp_path / "instance")


def new_instance(root: Path) -> Instance:
    (root / "landing" / "tmf").mkdir(parents=True)
    (root / "instance.yml").write_text(SETTINGS, "utf-8")
    return Instance.load(root)


def drop(
    instance: Instance, part: str, text: str, month: str = "2026-01", suffix: str = ".csv", **sidecar: Any
) -> Path:
    path = instance.landing / "tmf" / f"poster_{month}_{part}{suffix}"
    path.write_text(text, "utf-8")
    old = NOON.timestamp() - 3600 + len(text)  # another time when the text is another
    os.utime(path, (old, old))
    if sidecar:
        path.with_name(path.name + ".delivery.yml").write_text(yaml.safe_dump(sidecar), "utf-8")
    return path


def looked(instance: Instance, contract: Contract, hours: int = 0) -> LandingReport:
    return land(instance, [contract], lambda: NOON + timedelta(hours=hours))


# --- landing


def test_all_parts_together_are_one_delivery_known_by_their_bytes(instance: Instance, contract: Contract) -> None:
    drop(instance, "del2", TWO)
    drop(instance, "del1", ONE)
    (delivery,) = looked(instance, contract).received
    assert delivery.business_date == date(2026, 1, 31)
    assert [part.name for part in delivery.parts] == ["del1", "del2"]
    assert delivery.file_name == "poster_2026-01_del1.csv + poster_2026-01_del2.csv"
    archive = Archive(instance.archive)
    assert [path.read_text("utf-8") for path in archive.files_of(delivery)] == [ONE, TWO]
    manifest = yaml.safe_load(archive.path_of(delivery.content_sha256).read_text("utf-8"))
    assert manifest == {"parts": {part.name: part.content_sha256 for part in delivery.parts}}
    assert archive.deliveries() == [delivery]


def test_the_parts_are_read_in_the_order_of_the_contract(
    tmp_path: Path, instance: Instance, contract: Contract
) -> None:
    drop(instance, "del1", ONE)
    drop(instance, "del2", TWO)
    (first,) = looked(instance, contract).received
    other = new_instance(tmp_path / "turned")
    drop(other, "del1", ONE)
    drop(other, "del2", TWO)
    (second,) = looked(other, agreement(tmp_path, ("del2", "del1"))).received
    assert [part.name for part in second.parts] == ["del2", "del1"]
    assert second.delivery_id == first.delivery_id


def test_an_incomplete_set_waits_and_says_for_what(instance: Instance, contract: Contract) -> None:
    drop(instance, "del2", TWO)
    report = looked(instance, contract)
    assert (report.received, report.known_count) == ((), 0)
    (problem,) = report.problems
    assert "landing/tmf/poster_2026-01_del2.csv waits" in problem
    assert "part del1 is missing" in problem
    assert contract.file.file_pattern in problem
    assert Archive(instance.archive).deliveries() == []


def test_a_set_was_received_when_it_became_complete_and_stays_so(instance: Instance, contract: Contract) -> None:
    drop(instance, "del2", TWO)
    looked(instance, contract)
    drop(instance, "del1", ONE)
    (delivery,) = looked(instance, contract, hours=24).received
    assert delivery.received_at == NOON + timedelta(hours=24)
    again = looked(instance, contract, hours=48)
    assert (again.received, again.known_count, again.problems) == ((), 2, ())
    (instance.archive / "seen.json").unlink()
    assert looked(instance, contract, hours=72).received == ()
    assert Archive(instance.archive).deliveries() == [delivery]


def test_a_part_still_being_written_keeps_the_set_waiting(
    instance: Instance, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(instance, "del1", ONE)
    path = drop(instance, "del2", TWO)
    os.utime(path)

    def writes_on(seconds: float) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("more\n")

    monkeypatch.setattr(landing_module.time, "sleep", writes_on)
    report = looked(instance, contract)
    assert report.received == ()
    (problem,) = report.problems
    assert "poster_2026-01_del2.csv is still being written" in problem


def test_a_corrected_part_makes_a_new_delivery_that_supersedes(instance: Instance, contract: Contract) -> None:
    drop(instance, "del1", ONE)
    drop(instance, "del2", TWO)
    (first,) = looked(instance, contract).received
    drop(instance, "del2", TWO.replace("3,00", "30,00"))
    (second,) = looked(instance, contract, hours=24).received
    assert second.delivery_id != first.delivery_id
    assert second.received_at == NOON + timedelta(hours=24)
    assert in_force(Archive(instance.archive).deliveries(), "period") == {second.delivery_id}


def test_parts_that_stay_behind_when_others_are_cleared_away_are_known(instance: Instance, contract: Contract) -> None:
    path = drop(instance, "del1", ONE)
    drop(instance, "del2", TWO)
    looked(instance, contract)
    path.unlink()
    report = looked(instance, contract, hours=24)
    assert (report.received, report.known_count, report.problems) == ((), 1, ())
    drop(instance, "del2", TWO, "2026-02")  # the same bytes for another month are no rest of that delivery
    (problem,) = looked(instance, contract, hours=48).problems
    assert "poster_2026-02_del2.csv waits" in problem


def test_months_are_never_mixed(instance: Instance, contract: Contract) -> None:
    drop(instance, "del1", ONE)
    drop(instance, "del2", TWO, "2026-02")
    report = looked(instance, contract)
    assert report.received == ()
    assert len(report.problems) == 2


@pytest.mark.parametrize(
    ("part", "suffix", "said"),
    [
        ("del3", ".csv", "expected one of the parts del1, del2 (contract tmf.postings), found del3"),
        ("del1", ".csv.gz", "expected one file for each part (contract tmf.postings), found several for del1"),
    ],
)
def test_a_part_too_many_is_reported(instance: Instance, contract: Contract, part: str, suffix: str, said: str) -> None:
    drop(instance, "del1", ONE)
    drop(instance, part, ONE, suffix=suffix)
    problems = looked(instance, contract).problems
    assert any(said in problem for problem in problems), problems


def test_a_part_must_say_what_it_is_about(tmp_path: Path, instance: Instance) -> None:
    contract = agreement(tmp_path, filePattern=r"poster_.*_(?P<part>del\d)\.csv")
    drop(instance, "del1", ONE)
    drop(instance, "del2", TWO, business_date="2026-01")
    problems = looked(instance, contract).problems
    assert "expected the business date of a part in its name (group business_date) or in its sidecar" in problems[0]
    drop(instance, "del1", ONE, business_date="2026-01-31")
    (delivery,) = looked(instance, contract).received
    assert delivery.business_date == date(2026, 1, 31)


def test_totals_beside_all_parts_are_added_up(instance: Instance, contract: Contract) -> None:
    drop(instance, "del1", ONE, control_totals={"rows": 2, "amount": 3.5})
    drop(instance, "del2", TWO, control_totals={"rows": 1, "amount": 3}, received_at="2026-02-02T08:00:00+01:00")
    (delivery,) = looked(instance, contract).received
    assert dict(delivery.control_totals) == {"rows": "3", "amount": "6.5"}


def test_totals_beside_some_parts_only_are_a_fault(instance: Instance, contract: Contract) -> None:
    drop(instance, "del1", ONE, control_totals={"rows": 2})
    drop(instance, "del2", TWO)
    report = looked(instance, contract)
    assert report.received == ()
    (problem,) = report.problems
    assert "'rows' beside every part or beside none" in problem
    assert "poster_2026-01_del2.csv.delivery.yml" in problem


STEPS = st.lists(st.tuples(st.sampled_from(["del1", "del2", "del3"]), st.integers(0, 2), st.booleans()), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, data=st.data())
def test_the_order_of_arrival_does_not_matter(tmp_path_factory: Any, steps: list[Any], data: st.DataObject) -> None:
    """However parts arrive, are corrected and looked at: what is received in the end is known by what lies there."""
    last = {part: version for part, version, _ in steps} | {"del1": 0, "del2": 1, "del3": 2}
    found = []
    for order in (steps, data.draw(st.permutations(steps))):
        root = tmp_path_factory.mktemp("parts")
        instance, contract = new_instance(root / "instance"), agreement(root, ("del1", "del2", "del3"))
        for hour, (part, version, looks) in enumerate(order):
            drop(instance, part, HEADER + f"{version};01.01.2026;{version}" + "\n" * (version + 1))
            if looks:
                looked(instance, contract, hour)
        for part in data.draw(st.permutations(sorted(last))):
            drop(instance, part, HEADER + f"{last[part]};01.01.2026;{last[part]}" + "\n" * (last[part] + 1))
        looked(instance, contract, 100)
        again = looked(instance, contract, 101)
        assert (again.received, again.known_count, again.problems) == ((), 3, ())
        deliveries = Archive(instance.archive).deliveries()
        assert len({d.content_sha256 for d in deliveries}) == len(deliveries)
        found.append([d for d in deliveries if {p.name: p.content_sha256 for p in d.parts} == shas(instance)])
    assert [d.delivery_id for d in found[0]] == [d.delivery_id for d in found[1]]
    assert len(found[0]) == 1


def shas(instance: Instance) -> dict[str, str]:
    from pipelines.files import sha256_of

    return {path.stem[-4:]: sha256_of(path) for path in (instance.landing / "tmf").glob("*.csv")}


# --- contracts


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"parts": ["del1", "del2"]}, "need each other"),
        ({"filePattern": PATTERN}, "need each other"),
        ({"filePattern": PATTERN, "parts": ["del1"]}, "two or more different ones"),
        ({"filePattern": PATTERN, "parts": ["del1", "del1"]}, "two or more different ones"),
    ],
)
def test_parts_and_their_group_need_each_other(tmp_path: Path, file: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make_contract(tmp_path, file)


def test_part_is_no_field(contract: Contract) -> None:
    assert "part" not in contract.provided_fields()
    assert "part" not in contract.dataset.columns


# --- reading


def of_parts(tmp_path: Path, texts: dict[str, str | bytes], **totals: str) -> tuple[Delivery, tuple[Path, ...]]:
    """A delivery of the given files."""
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    parts = tuple(DeliveryPart(f"del{n}", name, f"{n}") for n, name in enumerate(texts, start=1))
    delivery = Delivery(
        "d1", "tmf.postings", date(2026, 1, 31), NOON, "0", 0, " + ".join(texts), "landing/tmf",
        tuple(sorted(totals.items())), parts=parts,
    )  # fmt: skip
    return delivery, tuple(tmp_path / name for name in texts)


def test_rows_are_numbered_on_and_faults_name_the_file_and_its_row(tmp_path: Path, contract: Contract) -> None:
    bad = TWO + "4;31.02.2026;4,00\n5;1;2;3\n"
    delivery, contents = of_parts(tmp_path, {"poster_2026-01_del1.csv": ONE, "poster_2026-01_del2.csv": bad})
    report, rows, faults = run_delivery(tmp_path, contract, delivery, contents)
    assert amounts(rows) == [(2, "1.50"), (3, "2.00"), (5, "3.00")]
    assert report.file_start_rows == "poster_2026-01_del1.csv from row 1; poster_2026-01_del2.csv from row 4"
    assert [(number, rule) for number, _, rule, _ in faults] == [(6, "not_a_date"), (7, "not_a_row")]
    assert faults[0][3].startswith("poster_2026-01_del2.csv, row 3: Column 'Dato': expected a date")
    assert faults[1][3].startswith("poster_2026-01_del2.csv, row 4: The line could not be split")
    assert report.rejections[0].example.startswith("Row 6: poster_2026-01_del2.csv, row 3: ")


def test_a_part_without_rows_is_told_from_the_next(tmp_path: Path) -> None:
    contract = agreement(tmp_path, ("del1", "del2", "del3"))
    names = [f"poster_2026-01_del{n}.csv" for n in (1, 2, 3)]
    texts = [HEADER, HEADER, TWO + "4;31.02.2026;4,00\n"]
    delivery, contents = of_parts(tmp_path, dict(zip(names, texts, strict=True)))
    report, rows, faults = run_delivery(tmp_path, contract, delivery, contents)
    assert report.files == ((names[0], 0), (names[1], 1), (names[2], 2))
    assert amounts(rows) == [(4, "3.00")]
    assert faults[0][3].startswith(f"{names[2]}, row 3: ")


def test_one_file_has_no_places_in_its_reasons(tmp_path: Path, contract: Contract) -> None:
    delivery, contents = of_parts(tmp_path, {"poster_2026-01_del1.csv": ONE + "4;31.02.2026;4,00\n"})
    report, _, faults = run_delivery(tmp_path, contract, delivery, contents)
    assert faults[0][3].startswith("Column 'Dato'")
    assert report.file_start_rows is None


def test_a_key_that_another_part_has_already_is_named_there(tmp_path: Path) -> None:
    columns = [{"name": n, "physicalName": n, "logicalType": "string"} for n in ("system_key", "system_name")]
    contract = make_contract(
        tmp_path, {"filePattern": PATTERN, "parts": ["a", "b"]}, columns, "systems", mode="snapshot"
    )
    names = {
        "poster_2026-01_a.csv": "system_key;system_name\nS1;A\n",
        "poster_2026-01_b.csv": "system_key;system_name\nS1;B\n",
    }
    delivery, contents = of_parts(tmp_path, dict(names))
    _, _, faults = run_delivery(tmp_path, contract, delivery, contents)
    assert [fault[3] for fault in faults] == [
        "poster_2026-01_b.csv, row 2: The key system_key stands already in poster_2026-01_a.csv, row 2. Each key may occur once."
    ]


def test_another_header_in_a_part_refuses_the_delivery(tmp_path: Path, contract: Contract) -> None:
    files: dict[str, str | bytes] = {
        "poster_2026-01_del1.csv": ONE,
        "poster_2026-01_del2.csv": "Bilag;Beløb;Dato\n1;1;1\n",
    }
    delivery, contents = of_parts(tmp_path, files)
    with pytest.raises(
        DeliveryRefused, match=r"same header in every file, found another one in poster_2026-01_del2\.csv"
    ):
        run_delivery(tmp_path, contract, delivery, contents)


def test_records_may_leave_out_what_is_empty_in_one_part(tmp_path: Path) -> None:
    columns = [*COLUMNS, {"name": "posting_text", "physicalName": "Tekst", "logicalType": "string"}]
    file = {"filePattern": PATTERN.replace("csv", "json"), "parts": ["del1", "del2"], "format": "json"}
    contract = make_contract(tmp_path, file, columns)
    files: dict[str, str | bytes] = {
        "poster_2026-01_del1.json": '[{"Beløb": 1.5, "Bilag": "1", "Dato": "01.01.2026", "Tekst": "Leje"}]',
        "poster_2026-01_del2.json": '[{"Bilag": "2", "Dato": "02.01.2026", "Beløb": 2}]',
    }
    delivery, contents = of_parts(tmp_path, files)
    _, rows, faults = run_delivery(tmp_path, contract, delivery, contents)
    assert (amounts(rows), faults) == ([(1, "1.50"), (2, "2.00")], [])
    assert [(row["voucher_key"], row["posting_text"]) for row in rows] == [("1", "Leje"), ("2", None)]


def test_records_that_name_a_column_twice_are_not_guessed_at(tmp_path: Path) -> None:
    contract = agreement(tmp_path, filePattern=PATTERN.replace("csv", "json"), format="json")
    files: dict[str, str | bytes] = {
        "poster_2026-01_del1.json": '[{"Bilag": "1", "Dato": "01.01.2026", "Beløb": 1}]',
        "poster_2026-01_del2.json": '[{"Bilag": "2", "Dato": "02.01.2026", "Beløb": 2, "a.b": 1, "a": {"b": 2}}]',
    }
    delivery, contents = of_parts(tmp_path, files)
    with pytest.raises(DeliveryRefused, match=r"another one in poster_2026-01_del2\.json"):
        run_delivery(tmp_path, contract, delivery, contents)


def test_totals_and_sum_rows_of_all_parts_count_all_rows(tmp_path: Path) -> None:
    totals = {"column": "Bilag", "pattern": "^I alt", "amount": "Beløb"}
    contract = agreement(tmp_path, totalRows=totals)
    files: dict[str, str | bytes] = {
        "poster_2026-01_del1.csv": ONE + "I alt;;3,50\n",
        "poster_2026-01_del2.csv": TWO + "I alt;;3,00\n",
    }
    delivery, contents = of_parts(tmp_path, files, rows="3", amount="6.50")
    report, _, _ = run_delivery(tmp_path, contract, delivery, contents)
    assert (report.source_amount, report.total_rows, report.warnings) == (Decimal("6.50"), 2, ())
    lost = {**files, "poster_2026-01_del2.csv": TWO.replace("3;03.01.2026;3,00\n", "") + "I alt;;3,00\n"}
    delivery, contents = of_parts(tmp_path, lost)
    with pytest.raises(DeliveryRefused, match=r"the sum row gives the amount 6\.50, the rows give 3\.50"):
        run_delivery(tmp_path, contract, delivery, contents)


def test_a_sum_row_of_the_whole_in_the_last_part_alone_counts_all_rows(tmp_path: Path) -> None:
    contract = agreement(tmp_path, totalRows={"column": "Bilag", "pattern": "^I alt", "amount": "Beløb"})
    files: dict[str, str | bytes] = {"poster_2026-01_del1.csv": ONE, "poster_2026-01_del2.csv": TWO + "I alt;;6,50\n"}
    delivery, contents = of_parts(tmp_path, files)
    report, _, _ = run_delivery(tmp_path, contract, delivery, contents)
    assert report.accepted_amount == Decimal("6.50")


def test_a_refusal_inside_one_part_names_that_part_and_its_own_row(tmp_path: Path, contract: Contract) -> None:
    files: dict[str, str | bytes] = {"poster_2026-01_del1.csv": ONE, "poster_2026-01_del2.csv": TWO + '4;"x;1\n'}
    delivery, contents = of_parts(tmp_path, files)
    with pytest.raises(
        DeliveryRefused, match=r"poster_2026-01_del2\.csv: expected quotes in pairs, found one in row 3 "
    ):
        run_delivery(tmp_path, contract, delivery, contents)


# --- the whole way


def test_from_landing_to_what_is_in_force_and_back_by_withdrawal(
    tmp_path: Path, instance: Instance, contract: Contract
) -> None:
    configuration = Configuration(instance, (contract,), {})
    drop(instance, "del1", ONE)
    drop(instance, "del2", TWO)
    looked(instance, contract)
    drop(instance, "del1", ONE.replace("1,50", "150,00").rstrip())
    (corrected,) = looked(instance, contract, hours=24).received
    as_of, told = NOON + timedelta(hours=100), list[str]()
    states = ingest(configuration, as_of, tmp_path / "work", told.append)
    assert told[:2] == [f"tmf.postings: {corrected.file_name}, 3 rows accepted"] * 2
    assert told[2].startswith("tmf.postings: poster_2026-01_del1.csv: expected a line end after the last row")
    assert [(s.status, s.report.accepted_amount) for s in states] == [
        ("superseded", Decimal("6.50")),
        ("accepted", Decimal("155.00")),
    ]
    archive = Archive(instance.archive)
    archive.withdraw(corrected.delivery_id, "wrong figures", "tester")
    withdrawn = replace(corrected, withdrawn_reason="wrong figures")
    assert archive.deliveries()[-1] == withdrawn
    states = ingest(configuration, datetime.now(UTC) + timedelta(hours=1), tmp_path / "work", lambda _: None)
    assert [(s.status, s.is_in_force) for s in states] == [("accepted", True), ("withdrawn", False)]
    assert looked(instance, contract, hours=48).received == ()
