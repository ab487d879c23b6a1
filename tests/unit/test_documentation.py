"""What the documents show works: the contract of docs/contracts.md reads its file, the instance of docs/instance.md loads."""

import re
from pathlib import Path

from pipelines.configuration import Configuration
from pipelines.instance import PROJECT_ROOT, Instance
from tests.conforming import amounts, run
from tests.unit.test_contracts import EXAMPLE

INSTANCE = (PROJECT_ROOT / "docs" / "instance.md").read_text("utf-8")


def test_the_example_contract_reads_the_file_it_describes(tmp_path: Path) -> None:
    from pipelines.contracts.loading import load_contract

    path = tmp_path / "postings.odcs.yaml"
    path.write_text(EXAMPLE, "utf-8")
    text = "Poster\n\nBilagsnummer;Bogføringsdato;Beløb;Brugernavn\n0001;30.09.2026;1.234,50;x\nI alt;;1.234,50;\n"
    report, rows, _ = run(tmp_path, load_contract(path), text.encode("windows-1252"), "poster_2026-09.csv")
    assert amounts(rows) == [(4, "1234.50")]
    assert report.total_rows == 1


def write_smallest_instance(root: Path) -> None:
    """The instance that docs/instance.md shows."""
    settings, administrations, contract, rows = re.findall(
        r"```(?:yaml)?\n((?:#|administration_code|Id;).*?)```", INSTANCE, re.S
    )
    for name, text in {
        "instance.yml": settings,
        "reference/administration.csv": administrations,
        "contracts/it/systems.odcs.yaml": contract,
        "landing/it/systems_2026-10-31.csv": rows,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def test_the_smallest_instance_is_whole(tmp_path: Path) -> None:
    write_smallest_instance(tmp_path)
    configuration = Configuration.load(Instance.load(tmp_path))
    (loaded,) = configuration.contracts
    report, found, _ = run(tmp_path, loaded, tmp_path / "landing/it/systems_2026-10-31.csv", "systems_2026-10-31.csv")
    assert [(r["system_key"], r["system_name"]) for r in found] == [("1", "Sagssystem")]
    assert report.accepted_rows == 1
