"""Forgetting a delivery: bytes and parsed rows go, a tombstone stays, the bytes do not come back, and releases made of them are marked."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import portfolio
from pipelines.contracts.model import Contract
from pipelines.errors import PortfolioError
from pipelines.files import write_json
from pipelines.ingest.archive import Archive, Delivery
from pipelines.ingest.forgetting import forget
from pipelines.ingest.landing import land
from pipelines.instance import Instance
from pipelines.release.rebuildable import lost_deliveries, lost_inputs
from pipelines.summary import print_deliveries
from tests.unit.test_landing import NOON, contract, drop, instance
from tests.unit.test_releases import release

__all__ = ["contract", "instance"]  # fixtures
TEXT = "Bilagsnummer;Brugernavn\n1;Torkild Pilehegnet\n"


def received(instance: Instance, contract: Contract, *names: str, text: str = TEXT) -> list[Delivery]:
    for name in names:
        drop(instance, name, text)
    return list(land(instance, [contract], lambda: NOON).received)


def parsed(instance: Instance, delivery: Delivery) -> list[Path]:
    """Files such as runs leave of a delivery."""
    paths = [
        instance.raw / "postings" / f"{delivery.delivery_id}-0123.parquet",
        instance.rejected / "postings" / f"{delivery.delivery_id}-0123.parquet",
        instance.build
        / f"run-{delivery.delivery_id}"
        / "inputs"
        / "raw_postings"
        / f"{delivery.delivery_id}-0123.parquet",
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, "utf-8")
    return paths


def test_bytes_and_parsed_rows_go_and_a_tombstone_stays(instance: Instance, contract: Contract) -> None:
    (first,) = received(instance, contract, "poster_2026-09.csv")
    (other,) = received(instance, contract, "poster_2026-10.csv", text="other\n")
    gone, stay = parsed(instance, first), parsed(instance, other)
    tables = instance.build / f"run-{first.delivery_id}" / "warehouse.duckdb"
    tables.write_text(TEXT, "utf-8")
    forgotten = forget(instance, first.delivery_id, "names a citizen", "it-portfolio")
    assert not tables.parent.exists()
    assert (forgotten.delivery_ids, forgotten.removed_count) == ((first.delivery_id,), 4)
    assert "landing/tmf/poster_2026-09.csv: remove them there" in forgotten.sentence
    archive = Archive(instance.archive)
    assert not any(p.exists() for p in (*gone, *archive.files_of(first)))
    assert all(p.exists() for p in (*stay, *archive.files_of(other)))
    (instance.landing / "tmf" / "poster_2026-09.csv").unlink()
    holding = [p for p in instance.root.rglob("*") if p.is_file() and b"Pilehegnet" in p.read_bytes()]
    assert set(holding) == set(stay)
    for as_of in (None, NOON + timedelta(hours=1)):  # its bytes are gone on every day
        said = {d.delivery_id: d.forgotten for d in archive.deliveries(as_of)}
        assert said[other.delivery_id] is None
        assert "by it-portfolio (names a citizen)" in str(said[first.delivery_id])


def test_the_same_bytes_are_forgotten_for_every_date_and_do_not_come_back(
    instance: Instance, contract: Contract
) -> None:
    both = received(instance, contract, "poster_2026-09.csv", "poster_2026-10.csv")
    forgotten = forget(instance, both[0].delivery_id, "names a citizen", "it-portfolio")
    assert set(forgotten.delivery_ids) == {d.delivery_id for d in both}
    drop(instance, "poster_2026-11.csv", TEXT)
    report = land(instance, [contract], lambda: NOON)
    assert (report.received, report.known_count) == ((), 0)
    assert len(report.problems) == 3
    assert all("found bytes that were forgotten on" in problem for problem in report.problems)
    assert not Archive(instance.archive).path_of(both[0].content_sha256).exists()


def test_a_forgetting_that_was_killed_is_run_again_to_its_end(instance: Instance, contract: Contract) -> None:
    (delivery,) = received(instance, contract, "poster_2026-09.csv")
    forget(instance, delivery.delivery_id, "names a citizen", "it-portfolio")
    left = parsed(instance, delivery)
    assert forget(instance, delivery.delivery_id, "again", "it-portfolio").removed_count == len(left)
    events = [e for e in Archive(instance.archive).events() if e["event"] == "forgotten"]
    assert [e["reason"] for e in events] == ["names a citizen"]
    with pytest.raises(PortfolioError, match="dnothing"):
        forget(instance, "dnothing", "x", "y")


def test_releases_that_need_it_are_marked(
    instance: Instance, contract: Contract, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery,) = received(instance, contract, "poster_2026-09.csv")
    without, with_it = release(instance, 2), release(instance, 1)
    path = instance.releases / with_it / "release.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["inputs"]["deliveries"] = [{"delivery_id": delivery.delivery_id}]
    write_json(path, manifest)

    def run(*words: str) -> str:
        done = CliRunner().invoke(portfolio, ["--instance", str(instance.root), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "rebuil" not in run("releases") + run("verify", with_it)
    assert "Forgotten" in run("forget", delivery.delivery_id, "--reason", "names a citizen", "--by", "it-portfolio")
    marked = [
        line.split()[1 if "→" in line else 0] for line in run("releases").splitlines() if "(not rebuildable)" in line
    ]
    assert marked == [with_it]
    assert "1 of these releases cannot be rebuilt" in run("releases")
    assert f"can no longer be rebuilt: delivery {delivery.delivery_id} was forgotten on" in run("verify", with_it)
    assert "rebuilt" not in run("verify", without)
    print_deliveries(instance)
    assert f"{delivery.file_name}  forgotten on" in capsys.readouterr().out


def test_bytes_that_are_merely_missing_are_told_apart(instance: Instance, contract: Contract) -> None:
    (delivery,) = received(instance, contract, "poster_2026-09.csv")
    assert lost_deliveries(instance) == {}
    Archive(instance.archive).path_of(delivery.content_sha256).unlink()
    lost = lost_deliveries(instance)
    assert "restore it from its backup" in lost[delivery.delivery_id]
    assert lost_inputs({"inputs": {"deliveries": [{"delivery_id": delivery.delivery_id}]}}, lost) == lost
