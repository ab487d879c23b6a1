"""A day in the past, refreshed again: what was released that day, although deliveries, contracts and settings moved on."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import clock
from pipelines.ingest.archive import Archive
from pipelines.instance import Instance
from pipelines.refresh import refresh
from tests.conforming import BASE

DAY_1, DAY_2 = date(2026, 3, 10), date(2026, 5, 20)
NAMES = {
    "systems": {"system_key": "Id", "system_name": "Navn", "lifecycle_code": "Status", "stated_yearly_amount": "Pris"},
    "contracts": {"contract_key": "Nr", "contract_name": "Titel", "system_keys": "Systemer", "yearly_amount": "Pris"},
}
STATUS = {"drift": "operational", "slut": "retired"}


pytestmark = pytest.mark.slow  # night after night


def write_contract(root: Path, dataset: str, status: dict[str, str], unit: int = 1) -> None:
    """A snapshot of systems or contracts of the administration `it`, amounts in kroner or in thousands."""
    properties: list[dict[str, Any]] = []
    for name, header in NAMES[dataset].items():
        kind = "number" if name.endswith("_amount") else "string"
        properties.append({"name": name, "physicalName": header, "logicalType": kind})
        if name == "lifecycle_code":
            properties[-1]["customProperties"] = [{"property": "codeList", "value": status}]
    custom = {"administration": {"code": "it"}, "mode": "snapshot", "amounts": {"unit": unit}}
    pattern = dataset + r"_(?P<business_date>\d{4}-\d{2}-\d{2})\.csv"
    document = BASE | {
        "id": f"it.{dataset}",
        "servers": [{"server": "landing", "type": "local", "path": "landing/it", "format": "csv",
                     "customProperties": [{"property": "filePattern", "value": pattern}]}],
        "schema": [{"name": dataset, "properties": properties}],
        "customProperties": [{"property": k, "value": v} for k, v in custom.items()],
    }  # fmt: skip
    path = root / "contracts" / "it" / f"{dataset}.odcs.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


def configure(root: Path, name: str, price_year: int) -> None:
    """Settings and the administration's name."""
    settings = {"name": "Town", "currency": "DKK", "price_year": price_year, "language": "en"}
    (root / "reference").mkdir(parents=True, exist_ok=True)
    (root / "instance.yml").write_text(yaml.safe_dump(settings), "utf-8")
    header = "administration_code,administration_name,administration_name_en,valid_from_date,valid_to_date,is_invented"
    (root / "reference" / "administration.csv").write_text(f"{header}\nit,{name},,2020-01-01,,true\n", "utf-8")


def deliver(root: Path, name: str, *rows: str) -> None:
    path = root / "landing" / "it" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n", "utf-8")
    path.with_name(f"{name}.done").touch()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the clock of this process to noon of a day, and have the environment given back that a refresh sets."""
    for name in ("DAGSTER_HOME", "PORTFOLIO_INSTANCE"):
        monkeypatch.setenv(name, "")

    def is_now(day: date) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    return is_now


def refreshed(root: Path, as_of: date | None = None) -> dict[str, Any]:
    """The manifest of the release that a refresh in this process makes."""
    outcome = refresh(Instance.load(root), as_of)
    assert outcome.succeeded, outcome.failure
    found = [json.loads(p.read_text("utf-8")) for p in (root / "releases").glob("2*/release.json")]
    (manifest,) = [m for m in found if m["build_id"] == outcome.run_id]
    return manifest


def tables(manifest: dict[str, Any]) -> dict[str, Any]:
    """Row counts and checksums; the table `release` holds ids and the time of making."""
    return {name: facts for name, facts in manifest["tables"].items() if name != "release"}


def test_an_earlier_day_is_released_again_as_it_was(tmp_path: Path, today: Callable[[date], None]) -> None:
    root = tmp_path / "town"
    configure(root, "IT-afdelingen", price_year=2025)
    for dataset in NAMES:
        write_contract(root, dataset, STATUS)
    deliver(root, "systems_2026-02-28.csv", "Id;Navn;Status;Pris", "1;Sag;drift;100", "2;Løn;slut;20")
    deliver(root, "contracts_2026-02-28.csv", "Nr;Titel;Systemer;Pris", "K1;Drift af Sag;1;300")
    today(DAY_1)
    first = refreshed(root)
    assert first["configuration"]["sentence"] == ""

    today(DAY_2)
    configure(root, "Digitalisering", price_year=2026)
    write_contract(root, "systems", STATUS | {"drift": "phasing_out", "pilot": "pilot"}, unit=1000)
    (root / "contracts" / "it" / "contracts.odcs.yaml").unlink()
    deliver(root, "systems_2026-04-30.csv", "Id;Navn;Status;Pris", "1;Sag;drift;1", "3;Ny;pilot;2")
    archive = Archive(root / "archive")
    (withdrawn,) = [d for d in archive.deliveries() if d.contract_id == "it.contracts"]
    archive.withdraw(withdrawn.delivery_id, "wrong", "test")
    second = refreshed(root)
    changed = {n for n, facts in tables(second).items() if facts != tables(first)[n]}
    assert {"dim_system", "dim_contract", "dim_administration", "fct_delivery", "mart_it_landscape"} <= changed

    again = refreshed(root, as_of=DAY_1)
    assert tables(again) == tables(first)
    assert again["inputs"]["configuration_hash"] == first["inputs"]["configuration_hash"]
    assert (again["price_year"], second["price_year"]) == (2025, 2026)
    assert "the configuration in force on 2026-03-10 is used" in again["configuration"]["sentence"]
    assert (root / "releases" / "current").resolve().name == second["release_id"]


def test_before_the_first_configuration_the_earliest_one_is_used(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for day, content in (("2026-03-10", "a"), ("2026-05-20", "b"), ("2026-05-20", "c"), ("2026-06-01", "a")):
        archive.append({"event": "configured", "at": f"{day}T12:00:00+00:00", "content_hash": content})

    def at(text: str) -> tuple[str, bool]:
        found = archive.configuration_at(datetime.fromisoformat(f"{text}T23:59:59+00:00"))
        return found.content_hash, found.is_later

    assert at("2026-03-09") == ("a", True)
    assert at("2026-03-10") == ("a", False)
    assert at("2026-05-31") == ("c", False)
    assert at("2026-06-01") == ("a", False)
    sentence = archive.configuration_at(datetime(2026, 1, 1, tzinfo=UTC)).sentence(date(2026, 1, 1))
    assert "no configuration is recorded by 2026-01-01, so the earliest is used" in sentence
