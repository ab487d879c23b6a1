"""Contracts: what loads, and that every fault is named with file, place and reason."""

import re
from pathlib import Path

import pytest
import yaml

from pipelines.contracts.catalogue import datasets, reference_tables
from pipelines.contracts.loading import load_contract, load_contracts
from pipelines.errors import ConfigurationError
from pipelines.instance import PROJECT_ROOT

EXAMPLE = re.search(r"```yaml\n(.*?)```", (PROJECT_ROOT / "docs" / "contracts.md").read_text("utf-8"), re.S).group(1)  # type: ignore[union-attr]


def write(tmp_path: Path, text: str, name: str = "tmf/postings.odcs.yaml") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_documented_example_is_a_valid_contract(tmp_path: Path) -> None:
    contract = load_contract(write(tmp_path, EXAMPLE))
    assert (contract.id, contract.dataset_name, contract.mode) == ("tmf.postings", "postings", "period")
    assert contract.numbers.decimal == ","
    assert contract.promise is not None
    assert contract.promise.frequency_unit == "month"
    assert contract.quality[0].is_critical


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version: 1.0.0\n", "", "version"),
        ("kind: DataContract", "kind: Contract", "$.kind"),
        ("mode, value: period", "mode, value: weekly", "mode"),
        ("property: headerRow", "property: headrow", "headrow"),
        ("name: postings                # the dataset", "name: ledger", "ledger"),
        ("name: voucher_key,", "name: voucher_number,", "voucher_number"),
        ("logicalType: date", "logicalType: string", "posting_date"),
        (
            "{name: posting_amount, physicalName: Beløb, logicalType: number}",
            "{name: art_code, physicalName: Beløb, logicalType: string}",
            "posting_amount",
        ),
        ("physicalName: Beløb, logicalType: number", "physicalName: Beløb", "logicalType is missing"),
        ("value: {code: tmf}", "value: {code: tmf, column: Selskab}", "either code or column"),
        (r"poster_(?P<business_date>\d{4}-\d{2})\.csv(\.gz)?", "poster_(", "regular expression"),
        ("encoding: windows-1252", "encoding: windows-1852", "encoding"),
        ('decimal: ","', 'decimal: ";"', "decimal"),
        ("schema:\n", "schema:\n\t- x", "YAML"),
    ],
)
def test_a_fault_is_named_with_file_and_place(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in EXAMPLE
    path = write(tmp_path, EXAMPLE.replace(old, new))
    with pytest.raises(ConfigurationError) as raised:
        load_contract(path)
    assert str(path) in str(raised.value)
    assert named in str(raised.value)


def test_all_faults_of_all_contracts_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, EXAMPLE.replace("kind: DataContract", "kind: X"), "tmf/a.odcs.yaml")
    write(tmp_path, EXAMPLE.replace("mode, value: period", "mode, value: x"), "tmf/b.odcs.yaml")
    with pytest.raises(ConfigurationError) as raised:
        load_contracts(tmp_path)
    assert "a.odcs.yaml" in str(raised.value)
    assert "b.odcs.yaml" in str(raised.value)


def test_two_contracts_may_not_share_an_id(tmp_path: Path) -> None:
    write(tmp_path, EXAMPLE, "tmf/a.odcs.yaml")
    write(tmp_path, EXAMPLE, "tmf/b.odcs.yaml")
    with pytest.raises(ConfigurationError, match=r"tmf\.postings"):
        load_contracts(tmp_path)


def test_catalogue_defines_every_name_once_with_meaning() -> None:
    assert set(datasets()) == {"systems", "contracts", "assessments", "postings", "budgets", "investments"}
    types: dict[str, str] = {}
    for dataset in datasets().values():
        assert set(dataset.key) <= set(dataset.fields)
        for name, field in dataset.fields.items():
            assert field.description, name
            assert field.label_da, name
            assert types.setdefault(name, field.type) == field.type, f"{name} has two types"
    assert all(column.description for table in reference_tables().values() for column in table.columns.values())


def test_every_committed_contract_is_valid() -> None:
    folders = [
        PROJECT_ROOT / "data" / "contracts",
        *sorted((PROJECT_ROOT / "tests/real/instances").glob("*/contracts")),
    ]
    contracts = [c for folder in folders for c in load_contracts(folder)]
    assert len(contracts) > 10
    for path in [p for folder in folders for p in folder.glob("*/*.yaml")]:
        assert yaml.safe_load(path.read_text("utf-8"))["apiVersion"] == "v3.1.0"


def test_a_name_that_yaml_takes_for_a_date_is_a_fault_of_the_file(tmp_path: Path) -> None:
    source = next((PROJECT_ROOT / "data" / "contracts").glob("*/*.odcs.yaml"))
    path = tmp_path / source.name
    path.write_text(source.read_text("utf-8") + "\n2026-01-01: 1\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"\$: keys must be str.*date"):
        load_contract(path)
