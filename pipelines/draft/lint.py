"""Check every contract of an instance and name each fault with file, place and reason. No delivery is read, only names of landed files."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from pipelines.audit.quality import quality_rule
from pipelines.configuration import Configuration
from pipelines.contracts.loading import load_contract
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from pipelines.instance import Instance

MAX_NAMES, MAX_REPEAT = 64, 8


def lint(instance: Instance) -> tuple[int, list[str]]:
    """The number of contract files, and every fault that is in them."""
    contracts: dict[Path, Contract] = {}
    faults: list[str] = []
    paths = sorted(instance.contracts.glob("*/*.odcs.yaml"))
    for path in paths:
        try:
            contracts[path] = load_contract(path)
        except ConfigurationError as error:
            faults += str(error).splitlines()
    if not paths:
        faults.append(f"{instance.contracts}: expected <administration>/<dataset>.odcs.yaml files, found none.")
    for path, contract in contracts.items():
        faults += [f"{path}: {fault}" for fault in _faults(contract, path, instance)]
    faults += _same_ids(contracts)
    faults += _overlaps(contracts, instance)
    return len(paths), [fault.replace(f"{instance.root}/", "") for fault in faults]


def _faults(contract: Contract, path: Path, instance: Instance) -> Iterator[str]:
    """What is wrong between a contract and the rest of the instance."""
    expected = f"{path.parent.name}."
    if not contract.id.startswith(expected):
        yield f"$.id: expected {expected}<name> after its folder, found {contract.id}."
    configuration = Configuration(instance, (contract,), {})
    try:
        known, code = configuration.known_administrations, contract.administration.code
        if known is not None and code is not None and code not in known:
            yield f"$.customProperties.administration: code {code!r} is not in reference/administration.csv ({', '.join(known)})."
        codes_ = configuration.codes(contract)
        yield from _code_faults(contract, codes_.by_field)
        yield from _administration_faults(codes_.administrations, known)
    except ConfigurationError as error:
        yield str(error)
    for number, rule in enumerate(contract.quality, start=1):
        try:
            quality_rule(number, rule)
        except ConfigurationError as error:
            yield f"$.schema[0] quality rule {number}: {error}"


def _code_faults(contract: Contract, by_field: Any) -> Iterator[str]:
    """Code lists that give values which the field does not accept."""
    for name, code_list in by_field.items():
        accepted = contract.field(name).values
        wrong = sorted({value for value in code_list.values() if accepted and value not in accepted})
        if wrong:
            yield f"$.schema[0].properties.{name}.codeList: {wrong} are not accepted values of {name} ({', '.join(accepted)})."


def _administration_faults(administrations: Any, known: tuple[str, ...] | None) -> Iterator[str]:
    wrong = sorted({value for value in (administrations or {}).values() if known is not None and value not in known})
    if wrong:
        yield f"$.customProperties.administration: code list gives {wrong}, which are not in reference/administration.csv."


def _same_ids(contracts: dict[Path, Contract]) -> Iterator[str]:
    files: dict[str, list[Path]] = defaultdict(list)
    for path, contract in contracts.items():
        files[contract.id].append(path)
    for name, paths in files.items():
        if len(paths) > 1:
            yield f"{paths[1]}: $.id: {name!r} is also the id of {paths[0]}. Give each its own."


def _overlaps(contracts: dict[Path, Contract], instance: Instance) -> Iterator[str]:
    """Contracts of one folder whose patterns match the same file name, landed or thought up from the patterns."""
    active = [(p, c) for p, c in contracts.items() if c.status == "active"]
    for (path, one), (_, other) in combinations(active, 2):
        if one.folder.rstrip("/") != other.folder.rstrip("/"):
            continue
        landed = sorted(f.name for f in (instance.root / one.folder).glob("*") if f.is_file())
        names = [*landed, *example_names(one.file.file_pattern), *example_names(other.file.file_pattern)]
        both = next((n for n in names if all(re.fullmatch(c.file.file_pattern, n) for c in (one, other))), None)
        if both is not None:
            yield f"{path}: $.servers[0].filePattern: matches {both!r}, as that of {other.id} does. A file must have one contract."


def example_names(pattern: str) -> list[str]:
    """File names that a pattern matches: every branch, repetitions at their least and once more."""
    try:
        return list(dict.fromkeys(_texts(parser.parse(pattern))))[:MAX_NAMES]
    except re.error:
        return []


def _texts(tree: Any) -> list[str]:
    texts = [""]
    for operation, argument in tree:
        texts = [text + more for text in texts for more in _options(operation, argument)][:MAX_NAMES]
    return texts


def _options(operation: Any, argument: Any) -> list[str]:
    """Texts for one part of a parsed pattern."""
    if operation is codes.LITERAL:
        return [chr(argument)]
    if operation is codes.SUBPATTERN:
        return _texts(argument[-1])
    if operation is codes.BRANCH:
        return [text for branch in argument[1] for text in _texts(branch)]
    if operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = argument
        counts = sorted({min(least, MAX_REPEAT), min(least + 1, most, MAX_REPEAT)})
        return [text * count for count in counts for text in _texts(inner)[:4]]
    if operation is codes.IN:
        return [_of_class(argument)]
    return [""] if operation is codes.AT else ["x"]


def _of_class(members: Any) -> str:
    kind, value = members[0]
    if kind is codes.LITERAL:
        return chr(value)
    if kind is codes.RANGE:
        return chr(value[0])
    return {codes.CATEGORY_DIGIT: "1", codes.CATEGORY_SPACE: " "}.get(value, "x")
