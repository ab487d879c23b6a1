"""Code lists: what a source writes, and the value meant. From the contract itself, or from a CSV file of the instance."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts.parts import CodeListFile
from pipelines.errors import ConfigurationError


@dataclass(frozen=True)
class Codes:
    """Everything a contract looks values up in: code lists by field, and the administrations that exist (None: any)."""

    by_field: Mapping[str, Mapping[str, str]]
    administrations: Mapping[str, str] | None
    known_administrations: tuple[str, ...] | None


def read_code_list(instance_root: Path, source: CodeListFile) -> dict[str, str]:
    """A code list from a CSV file of the instance. Raises ConfigurationError when file or columns are missing."""
    path = (instance_root / source.path).resolve()
    if not path.is_relative_to(instance_root) or not path.is_file():
        raise ConfigurationError(f"Code list {source.path}: expected a file inside the instance folder, found none.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {source.key, source.value} <= set(reader.fieldnames or ()):
            raise ConfigurationError(
                f"Code list {source.path}: expected the columns {source.key!r} and {source.value!r}, found {reader.fieldnames}."
            )
        return {row[source.key]: row[source.value] for row in reader if row[source.value]}
