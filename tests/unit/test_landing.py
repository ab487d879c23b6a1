"""Landing and archive: what a delivery is, when it is known, which one counts, and what is reported instead of guessed."""

import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from pipelines.contracts.loading import load_contract
from pipelines.contracts.model import Contract
from pipelines.errors import PortfolioError
from pipelines.ingest import landing as landing_module
from pipelines.ingest.archive import Archive, Delivery, delivery_id, in_force, superseded
from pipelines.ingest.delivering import last_day
from pipelines.ingest.landing import land
from pipelines.instance import Instance
from tests.unit.test_contracts import EXAMPLE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    (tmp_path / "instance.yml").write_text("name: x\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    (tmp_path / "landing" / "tmf").mkdir(parents=True)
    return Instance.load(tmp_path)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(EXAMPLE, "utf-8")
    return load_contract(path)


def drop(instance: Instance, name: str, text: str = "a;b\n", **sidecar: object) -> Path:
    path = instance.landing / "tmf" / name
    path.write_text(text, "utf-8")
    if sidecar:
        path.with_name(name + ".delivery.yml").write_text(yaml.safe_dump(sidecar), "utf-8")
    old = NOON.timestamp() - 3600
    os.utime(path, (old, old))
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 28)),
        ("202602", date(2026, 2, 28)),
        ("2026-09-30", date(2026, 9, 30)),
        ("20260930", date(2026, 9, 30)),
    ],
)
def test_a_business_date_is_the_last_day_of_what_is_named(text: str, expected: date) -> None:
    assert last_day(text) == expected


def test_the_same_file_is_one_delivery_for_ever(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    first = land(instance, [contract], lambda: NOON)
    second = land(instance, [contract], lambda: NOON + timedelta(days=1))
    assert [d.business_date for d in first.received] == [date(2026, 9, 30)]
    assert (second.received, second.known_count) == ((), 1)


def test_the_same_bytes_for_a_new_business_date_are_another_delivery(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    drop(instance, "poster_2026-10.csv")
    report = land(instance, [contract], lambda: NOON)
    assert len({d.delivery_id for d in report.received}) == 2
    assert len({d.content_sha256 for d in report.received}) == 1


def test_the_sidecar_states_the_past_and_control_totals(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv", received_at="2026-10-03T08:00:00+02:00", control_totals={"rows": 3})
    (received,) = land(instance, [contract], lambda: NOON).received
    assert received.received_at == datetime(2026, 10, 3, 6, tzinfo=UTC)
    assert received.control_totals == (("rows", "3"),)


def test_a_lost_cache_changes_nothing(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    (first,) = land(instance, [contract], lambda: NOON).received
    (instance.archive / "seen.json").unlink()
    assert land(instance, [contract], lambda: NOON + timedelta(days=9)).received == ()
    assert Archive(instance.archive).deliveries() == [first]


def test_bytes_are_kept_as_received(instance: Instance, contract: Contract) -> None:
    path = drop(instance, "poster_2026-09.csv", "æøå;1\n")
    (received,) = land(instance, [contract], lambda: NOON).received
    kept = Archive(instance.archive).path_of(received.content_sha256)
    path.write_text("changed", "utf-8")
    assert kept.read_text("utf-8") == "æøå;1\n"


def test_a_file_that_no_contract_matches_is_reported_with_the_patterns(instance: Instance, contract: Contract) -> None:
    drop(instance, "noget_andet.csv")
    report = land(instance, [contract], lambda: NOON)
    assert report.received == ()
    assert "landing/tmf/noget_andet.csv" in report.problems[0]
    assert "found none" in report.problems[0]
    assert contract.file.file_pattern in report.problems[0]


def test_a_file_that_two_contracts_match_is_reported(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    other = contract.model_copy(update={"id": "tmf.other"})
    (problem,) = land(instance, [contract, other], lambda: NOON).problems
    assert "tmf.postings and tmf.other" in problem


def test_a_symbolic_link_is_refused(instance: Instance, contract: Contract, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", "utf-8")
    (instance.landing / "tmf" / "poster_2026-09.csv").symlink_to(tmp_path / "secret")
    report = land(instance, [contract], lambda: NOON)
    assert report.received == ()
    assert "symbolic link" in report.problems[0]


def test_a_file_still_being_written_waits(
    instance: Instance, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(instance, "poster_2026-09.csv")
    os.utime(path)

    def writes_on(seconds: float) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("more\n")

    monkeypatch.setattr(landing_module.time, "sleep", writes_on)
    report = land(instance, [contract], lambda: NOON)
    assert report.received == ()
    assert "still being written" in report.problems[0]


def test_a_marker_says_that_a_new_file_is_complete(
    instance: Instance, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(instance, "poster_2026-09.csv")
    os.utime(path)
    path.with_name(path.name + ".done").touch()
    monkeypatch.setattr(
        landing_module.time, "sleep", lambda seconds: pytest.fail("a marked file need not be looked at twice")
    )
    assert len(land(instance, [contract], lambda: NOON).received) == 1


def test_withdrawing_is_an_event_and_unknown_ids_are_named(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    (received,) = land(instance, [contract], lambda: NOON).received
    archive = Archive(instance.archive)
    archive.withdraw(received.delivery_id, "wrong period", "kff")
    assert [d.withdrawn_reason for d in archive.deliveries()] == ["wrong period"]
    assert [d.withdrawn_reason for d in archive.deliveries(NOON + timedelta(hours=1))] == [None]
    with pytest.raises(PortfolioError, match="dnothing"):
        archive.withdraw("dnothing", "x", "y")


def test_a_torn_last_line_of_the_journal_loses_nothing_else(instance: Instance, contract: Contract) -> None:
    drop(instance, "poster_2026-09.csv")
    land(instance, [contract], lambda: NOON)
    with (instance.archive / "journal.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"event": "recei')
    drop(instance, "poster_2026-10.csv")
    land(instance, [contract], lambda: NOON)
    assert len(Archive(instance.archive).deliveries()) == 2


def made(business: str, received: int, content: str = "x") -> Delivery:
    day = date.fromisoformat(business)
    at = NOON + timedelta(hours=received)
    return Delivery(delivery_id("c", day, content), "c", day, at, content, 1, "f", "landing/f")


def test_what_is_in_force_by_mode() -> None:
    september, october = made("2026-09-30", 1, "a"), made("2026-10-31", 0, "b")
    corrected = made("2026-10-31", 5, "c")
    deliveries = [september, october, corrected]
    assert in_force(deliveries, "snapshot") == {corrected.delivery_id}
    assert in_force(deliveries, "period") == {september.delivery_id, corrected.delivery_id}
    assert superseded(deliveries) == {october.delivery_id}


@pytest.mark.parametrize("mode", ["snapshot", "period", "append"])
def test_the_order_of_looking_does_not_matter(mode: str) -> None:
    deliveries = [made(f"2026-{m:02d}-28", n, f"{m}{n}") for m in (1, 2, 3) for n in (1, 2)]
    shuffled = list(deliveries)
    random.Random(1).shuffle(shuffled)
    assert in_force(deliveries, mode) == in_force(shuffled, mode)  # type: ignore[arg-type]


def test_a_delivery_is_known_by_contract_date_and_content() -> None:
    one = made("2026-09-30", 1)
    assert one.delivery_id == made("2026-09-30", 7).delivery_id
    assert one.delivery_id != replace(made("2026-09-29", 1)).delivery_id
