"""Which files are checked together as one delivery, and what their names and sidecars say. Content is hashed, not read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.contracts.model import Contract
from pipelines.contracts.parts import PART_GROUP
from pipelines.errors import PortfolioError
from pipelines.files import sha256_of
from pipelines.ingest.delivering import ReceivedFile, check_listed, group_key
from pipelines.ingest.sidecar import Sidecar, read_sidecar


class WronglyUsed(PortfolioError):
    """What was asked for cannot be checked: no or several contracts, or files that are no delivery together."""


def files_together(
    contract: Contract, paths: Sequence[Path], now: datetime
) -> tuple[dict[Path, ReceivedFile], list[str]]:
    """The files of one delivery, and what is wrong with their sidecars.

    Of a delivery in parts, those not named are looked for beside the first. Files whose names the contract does not match
    are its parts in the order given. Raises WronglyUsed when the files cannot be one delivery.
    """
    listed, faults = contract.file.parts, list[str]()
    if len(paths) > max(1, len(listed)) or len({path.name for path in paths}) < len(paths):
        wanted = f"the files of one delivery (parts {', '.join(listed)})" if listed else "one file"
        raise WronglyUsed(
            f"Contract {contract.id}: expected {wanted}, found {', '.join(str(path) for path in paths)}. "
            "Check each delivery by itself."
        )
    files = {path: _file(contract, path, now, faults) for path in paths}
    if listed and any(not re.fullmatch(contract.file.file_pattern, path.name) for path in paths):
        named = zip(files.items(), listed, strict=False)
        files = {path: replace(file, named={PART_GROUP: part}) for (path, file), part in named}
    elif listed:
        files |= dict(_siblings(contract, files, now))
    return {path: replace(file, content_sha256=sha256_of(path)) for path, file in files.items()}, faults


def _file(contract: Contract, path: Path, now: datetime, faults: list[str]) -> ReceivedFile:
    match = re.fullmatch(contract.file.file_pattern, path.name)
    sidecar = Sidecar()
    try:
        sidecar = read_sidecar(path, path.name)
    except PortfolioError as error:
        faults.append(str(error))
    return ReceivedFile(
        contract, path.name, match.groupdict() if match else {}, sidecar, now, path.stat().st_size, None
    )


def _siblings(
    contract: Contract, files: dict[Path, ReceivedFile], now: datetime
) -> Iterator[tuple[Path, ReceivedFile]]:
    """The other parts of the delivery that lie beside the first file. Raises WronglyUsed when the files are of several."""
    try:
        for file in files.values():
            check_listed(file)
    except PortfolioError as error:
        raise WronglyUsed(str(error)) from error
    keys = {_key(file) for file in files.values()}
    if len(keys) > 1:
        raise WronglyUsed(
            f"Expected the parts of one delivery of contract {contract.id}, found those of several: "
            f"{', '.join(path.name for path in files)}. Check each delivery by itself."
        )
    given = {file.part for file in files.values()}
    for path in sorted(next(iter(files)).parent.iterdir()):
        if path not in files and path.is_file() and re.fullmatch(contract.file.file_pattern, path.name):
            file = _file(contract, path, now, [])
            if file.part not in given and _key(file) in keys - {None}:
                yield path, file


def _key(file: ReceivedFile) -> object:
    """What makes files one delivery; None when a file does not tell."""
    try:
        return group_key(file)
    except PortfolioError:
        return None
