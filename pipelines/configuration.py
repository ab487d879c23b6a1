"""The configuration of one run: contracts, reference data and their hash. Loaded whole and checked before anything is run."""

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.contracts.codes import Codes, read_code_list
from pipelines.contracts.loading import load_contracts
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from pipelines.files import fingerprint, sha256_of
from pipelines.instance import PROJECT_ROOT, Instance

CODE_FOLDERS = ("pipelines", "dbt_project", "expectations")
CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".json"}
NOT_CODE = {"target", "logs", "__pycache__", "dbt_packages"}


@dataclass(frozen=True)
class Configuration:
    """What makes the same code this municipality's portfolio."""

    instance: Instance
    contracts: tuple[Contract, ...]
    files: dict[str, str]

    @classmethod
    def load(cls, instance: Instance) -> "Configuration":
        """Load and check everything. Raises ConfigurationError naming every fault."""
        contracts = load_contracts(instance.contracts)
        configuration = cls(instance, tuple(contracts), _files(instance))
        known = configuration.known_administrations
        faults = [
            f"{c.id}: administration code {c.administration.code!r} is not in reference/administration.csv "
            f"({', '.join(known)}). Add it there, or correct the contract."
            for c in contracts
            if known is not None and c.administration.code is not None and c.administration.code not in known
        ]
        if faults:
            raise ConfigurationError("\n".join(faults))
        for contract in contracts:
            configuration.codes(contract)
        return configuration

    @cached_property
    def content_hash(self) -> str:
        """Hash over every file of the configuration."""
        return fingerprint(self.files)

    @cached_property
    def known_administrations(self) -> tuple[str, ...] | None:
        """Codes of reference/administration.csv; None when the instance takes any code that a delivery brings."""
        if self.instance.settings.administrations == "open":
            return None
        path = self.instance.reference / "administration.csv"
        if not path.is_file():
            raise ConfigurationError(
                f"{path} is missing: expected the list of administrations. Add it, or set administrations: open."
            )
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if "administration_code" not in (reader.fieldnames or ()):
                raise ConfigurationError(f"{path}: expected a column administration_code, found {reader.fieldnames}.")
            return tuple(dict.fromkeys(row["administration_code"] for row in reader))

    def codes(self, contract: Contract) -> Codes:
        """The code lists of one contract, from the contract itself or from files it names."""
        by_field = {}
        for column in contract.columns:
            if column.code_list is not None:
                by_field[column.name] = column.code_list
            elif column.code_list_file:
                by_field[column.name] = read_code_list(self.instance.configuration_root, column.code_list_file)
        rule = contract.administration
        administrations = (
            read_code_list(self.instance.configuration_root, rule.code_list_file)
            if rule.code_list_file
            else rule.code_list
        )
        return Codes(by_field, administrations or None, self.known_administrations)

    def promised(self, contract_ids: set[str]) -> set[str]:
        """What these contracts promise: datasets (`systems`) and their fields (`systems.supplier_name`)."""
        chosen = [c for c in self.contracts if c.id in contract_ids]
        return {c.dataset_name for c in chosen} | {f"{c.dataset_name}.{n}" for c in chosen for n in c.provided_fields()}


def _files(instance: Instance) -> dict[str, str]:
    """Every file of the configuration with its SHA-256, by path below the instance folder (or that of an earlier configuration)."""
    paths = [instance.settings_file]
    for folder in (instance.contracts, instance.reference):
        paths += sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {path.relative_to(instance.configuration_root).as_posix(): sha256_of(path) for path in paths}


def code_hash(root: Path = PROJECT_ROOT) -> str:
    """Hash over the code that makes a release: Python, SQL, suites and the lock file."""
    paths = [root / "requirements.lock"]
    for folder in CODE_FOLDERS:
        paths += [
            p
            for p in (root / folder).rglob("*")
            if p.suffix in CODE_SUFFIXES and not NOT_CODE & set(p.relative_to(root).parts)
        ]
    hashes = {p.relative_to(root).as_posix(): sha256_of(p) for p in sorted(paths) if p.is_file()}
    return fingerprint(json.dumps(hashes, sort_keys=True))
