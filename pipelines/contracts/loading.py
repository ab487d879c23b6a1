"""Read contract files into typed contracts, and say everything that is wrong with one. No data file is opened here."""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from pydantic import ValidationError

from pipelines.contracts.catalogue import LOGICAL_TYPES, common_fields, datasets
from pipelines.contracts.model import Contract
from pipelines.contracts.parts import RowRule
from pipelines.errors import ConfigurationError
from pipelines.files import parse_yaml
from pipelines.instance import describe_validation

FILE_PROPERTIES = {
    "filePattern", "delimiter", "quote", "headerRow", "skipFooter", "sheet", "recordPath", "fixedWidth", "member", "totalRows",
    "parts", "finalLineEnd",
}  # fmt: skip
CONTRACT_PROPERTIES = {
    "administration", "mode", "numbers", "amounts", "dates", "emptyDates", "unpivot", "constants", "ignoredColumns",
    "unknownColumns", "rejectionThreshold", "emptyTexts", "layouts", "rowRules", "controlTotals",
}  # fmt: skip
COLUMN_PROPERTIES = {
    "codeList", "codeListFile", "multiValued", "compose", "aliases", "optional", "format", "amountUnit", "sign",
    "register",
}  # fmt: skip
QUALITY_FIELDS = {
    "metric", "severity", "description", "unit", "arguments", "mustBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween",
}  # fmt: skip
UNITS = {"d": "day", "day": "day", "days": "day", "w": "week", "week": "week", "m": "month", "month": "month",
         "months": "month", "quarter": "quarter", "y": "year", "year": "year", "years": "year"}  # fmt: skip

NUMERIC_TYPES = ("amount", "number", "integer", "year")


def load_contracts(folder: Path) -> list[Contract]:
    """All active contracts below `folder`, ordered by id.

    Raises ConfigurationError naming every fault of every file: an instance is run whole or not at all.
    """
    contracts: list[Contract] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*/*.odcs.yaml")):
        try:
            contracts.append(load_contract(path))
        except ConfigurationError as error:
            faults.append(str(error))
    faults += _duplicates(contracts)
    if faults:
        raise ConfigurationError("\n".join(faults))
    if not contracts:
        raise ConfigurationError(f"No contract under {folder}: expected <administration>/<dataset>.odcs.yaml files.")
    return sorted((c for c in contracts if c.status == "active"), key=lambda c: c.id)


def load_contract(path: Path) -> Contract:
    """One contract. Raises ConfigurationError with the file, the path inside it, and what is wrong there."""
    corrections = path.with_name(path.name.removesuffix(".odcs.yaml") + ".corrections.yml")
    return _understood(path, path.read_bytes(), corrections.read_bytes() if corrections.exists() else b"")


# A night loads all contracts several times.
@lru_cache(maxsize=4096)
def _understood(path: Path, text: bytes, corrections: bytes) -> Contract:
    """What a contract's file and its corrections mean. `path` is for the words of a fault."""
    try:
        document = parse_yaml(text)
        mended = parse_yaml(corrections) or []
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}. Correct the file.") from error
    faults = list(_standard_faults(document))
    if faults:
        raise ConfigurationError("\n".join(f"{path}: {fault}" for fault in faults))
    try:
        content_hash = hashlib.sha256(text + corrections).hexdigest()
        contract = Contract.model_validate(_parts(document) | {"corrections": mended, "contentHash": content_hash})
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {describe_validation(error)}. See docs/contracts.md.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path}: {error}. See docs/contracts.md.") from error
    faults = list(_meaning_faults(contract, document))
    if faults:
        raise ConfigurationError("\n".join(f"{path}: {fault}. See docs/contracts.md." for fault in faults))
    return contract


@cache
def _validator() -> jsonschema_rs.Validator:
    schema = json.loads(resources.files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)


def _standard_faults(document: Any) -> Iterable[str]:
    """What the Open Data Contract Standard's own JSON schema says against the document."""
    if not isinstance(document, dict):
        yield "expected a mapping, found " + type(document).__name__
        return
    for n, entry in enumerate((document.get("schema") or [{}])[0].get("properties") or []):
        if isinstance(entry, dict) and "logicalType" not in entry:
            yield f"$.schema[0].properties[{n}]: logicalType is missing, expected string, number, integer, date or boolean"
            return
    try:
        plain = json.loads(json.dumps(document, default=str))  # a date that YAML understood is text to the standard
    except TypeError as error:  # of a name that YAML understood as a date
        yield f"$: {error}"
        return
    faults = ((_json_path(fault.instance_path), fault.message[:200]) for fault in _validator().iter_errors(plain))
    yield from (f"{path}: {message}" for path, message in sorted(faults))


def _json_path(parts: Iterable[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _custom(owner: dict[str, Any], known: set[str], where: str) -> dict[str, Any]:
    """The custom properties of a part of the document by name; an unknown name is an error."""
    found = {p["property"]: p["value"] for p in owner.get("customProperties") or []}
    unknown = sorted(set(found) - known)
    if unknown:
        raise ValueError(f"{where}.customProperties: unknown {unknown}, expected one of {sorted(known)}")
    return found


def _parts(document: dict[str, Any]) -> dict[str, Any]:
    """The document re-arranged into the shape of `Contract`."""
    if not document.get("servers") or not document.get("schema"):
        raise ValueError("$: expected one entry each in servers and schema")
    server, schema = document["servers"][0], document["schema"][0]
    description = document.get("description") or {}
    custom = _custom(document, CONTRACT_PROPERTIES, "$")
    team = document.get("team") or {}
    layout = {k: server[k] for k in ("format", "encoding") if k in server} | _custom(
        server, FILE_PROPERTIES, "$.servers[0]"
    )
    columns = [_column(p, n) for n, p in enumerate(schema.get("properties") or [])]
    quality = [_quality(q, None) for q in schema.get("quality") or []]
    quality += [_quality(q, p["name"]) for p in schema.get("properties") or [] for q in p.get("quality") or []]
    return {
        "id": document["id"],
        "title": document.get("name") or document["id"],
        "version": document["version"],
        "status": document.get("status") or "active",
        "description": description.get("purpose") or "",
        "limitations": description.get("limitations") or "",
        "team": team.get("name", "") if isinstance(team, dict) else "",
        "datasetName": schema["name"],
        "folder": server["path"],
        "file": layout,
        "columns": columns,
        "quality": quality,
        "promise": _promise(document.get("slaProperties") or []),
        **custom,
    }


def _column(entry: dict[str, Any], number: int) -> dict[str, Any]:
    custom = _custom(entry, COLUMN_PROPERTIES, f"$.schema[0].properties[{number}]")
    style = custom.pop("format", None) or (entry.get("logicalTypeOptions") or {}).get("format")
    formats = [style] if isinstance(style, str) else style or []
    standard = {k: entry[k] for k in ("name", "physicalName", "businessName", "required") if k in entry}
    return standard | {"formats": formats} | custom


def _quality(entry: dict[str, Any], column: str | None) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k in QUALITY_FIELDS} | {"column": column}


def _promise(entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    by_name = {e["property"]: e for e in entries}
    if "frequency" not in by_name:
        return None
    frequency, latency = by_name["frequency"], by_name.get("latency", {"value": 0})
    return {
        "frequencyValue": frequency["value"],
        "frequencyUnit": UNITS.get(str(frequency.get("unit", "month")), frequency.get("unit")),
        "latencyDays": latency["value"],
    }


def _meaning_faults(contract: Contract, document: dict[str, Any]) -> Iterable[str]:
    """Faults that no schema sees: unknown fields, types that disagree, required fields that nothing fills."""
    if contract.dataset_name not in datasets():
        yield f"$.schema[0].name: unknown dataset {contract.dataset_name!r}, expected one of {sorted(datasets())}"
        return
    known = set(contract.dataset.fields) | set(common_fields())
    strange = sorted(set(contract.file.file_fields) - known)
    if strange:
        yield (
            f"$.servers[0].customProperties.filePattern: the named groups {strange} are neither business_date, part nor fields "
            f"of {contract.dataset_name}"
        )
        return
    unknown = sorted(contract.provided_fields() - known)
    if unknown:
        yield f"$.schema[0].properties: {unknown} are not fields of {contract.dataset_name}, expected among {sorted(known)}"
        return
    for entry in document["schema"][0].get("properties") or []:
        expected = LOGICAL_TYPES[contract.field(entry["name"]).type]
        if entry.get("logicalType", expected[0]) not in expected:
            yield f"$.schema[0].properties.{entry['name']}.logicalType: expected {' or '.join(expected)}, found {entry['logicalType']}"
    yield from _layout_faults(contract)
    yield from _register_faults(contract)
    for rule in contract.row_rules:
        yield from _rule_faults(rule, contract)
    required = {name for name, field in contract.dataset.fields.items() if field.required}
    missing = sorted(required - contract.provided_fields())
    if missing:
        yield f"$.schema[0].properties: {contract.dataset_name} requires {missing}, and nothing in the contract fills them"


def _register_faults(contract: Contract) -> Iterable[str]:
    """Columns that no number of the register stated can be in, and classes that something else than the register would fill."""
    for column in contract.columns:
        where, field = f"$.schema[0].properties.{column.name}", contract.field(column.name)
        if column.register_code and (field.type != "code" or field.values or column.code_list or column.code_list_file):
            yield f"{where}.register: expected a field of type code, without a code list"
        elif column.register_code == "cvr" and column.name not in contract.class_fields:
            fields = sorted({f.classifies for f in contract.dataset.fields.values() if f.classifies})
            yield f"{where}.register: cvr is for {' and '.join(fields) or 'no field'} of {contract.dataset_name}"
    derived = {name for name, field in contract.dataset.fields.items() if field.classifies}
    if given := sorted(derived & contract.given_fields()):
        yield f"$.schema[0].properties: {given} cannot be given, register: cvr fills them"


def _layout_faults(contract: Contract) -> Iterable[str]:
    """Changes over time of what the contract does not name: they would change nothing, unnoticed."""
    for change in contract.layouts:
        if strange := sorted(set(change.compose) - {c.name for c in contract.columns}):
            yield f"$.customProperties.layouts.compose: {strange} are not properties of this contract"
        if strange := sorted(set(change.headers) - contract.on(change.from_date).source_columns()):
            yield f"$.customProperties.layouts.headers: {strange} are not source columns that this contract names"


def _rule_faults(rule: RowRule, contract: Contract) -> Iterable[str]:
    """Why a rule on rows could not be tested: fields that rows do not have, or of a type that it does not fit."""
    where = "$.customProperties.rowRules"
    unpivoted = (
        {contract.unpivot.into, *(n for c in contract.unpivot.columns.values() for n in c)}
        if contract.unpivot
        else set()
    )
    if strange := sorted(rule.columns - (contract.provided_fields() - unpivoted)):
        yield f"{where}: {strange} are not filled by this contract's rows"
        return
    kind = contract.field(rule.column).type
    if rule.between and kind not in NUMERIC_TYPES:
        yield f"{where}: between needs a number, and {rule.column} is a {kind}"
    if rule.not_before and (kind != "date" or contract.field(rule.not_before).type != "date"):
        yield f"{where}: notBefore needs two dates, {rule.column} and {rule.not_before} are not"
    if rule.matches is not None:
        try:
            re.compile(rule.matches)
        except re.error as error:
            yield f"{where}: {rule.matches!r} is not a regular expression: {error}"


def _duplicates(contracts: list[Contract]) -> list[str]:
    ids = [c.id for c in contracts]
    return [
        f"Contract id {i!r} is used by more than one file. Give each its own."
        for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
