"""The gate of one delivery: what row-wise casting cannot see, decided by a suite compiled from the contract."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipelines.audit.engine import Finding, engine, literal
from pipelines.audit.limits import Limits, load_limits
from pipelines.audit.quality import Bounds, quality_rule
from pipelines.audit.result import CheckResult
from pipelines.audit.suites import Rule, RuleMeta, Suite, SuiteMeta, load_suite
from pipelines.audit.verdict import Place, judge, shown_columns
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from pipelines.instance import PROJECT_ROOT

CODE_VERSION = "1"  # raised by hand when the code below judges the same delivery differently
EXPECTATIONS = PROJECT_ROOT / "expectations"


def delivery_suite_version(limits: Limits | None = None, expectations: Path = EXPECTATIONS) -> str:
    """A hash that changes whenever the same delivery could be judged differently.

    Part of the key under which a verdict is cached: delivery id, contract hash, this, rows of the delivery before.
    """
    digest = hashlib.sha256(f"{CODE_VERSION} {version('great_expectations')} {version('duckdb')}".encode())
    for path in sorted((expectations / "raw").glob("*.json")):
        digest.update(path.name.encode() + path.read_bytes())
    for name, value in sorted((limits or load_limits(expectations)).items()):
        digest.update(f"{name}={value}".encode())
    return digest.hexdigest()[:16]


def audit_delivery(
    contract: Contract,
    parquet: Path,
    *,
    previous_rows: int | None = None,
    limits: Limits | None = None,
    expectations: Path = EXPECTATIONS,
) -> list[CheckResult]:
    """Judge one conformed delivery. A result whose `outcome.is_blocking` means that the delivery is refused.

    `previous_rows`: accepted rows of the delivery in force before, None when there is none.
    """
    chosen = dict(limits or load_limits(expectations))
    if previous_rows is not None:
        chosen["previous_rows"] = previous_rows
    suite = compile_suite(contract, compares=previous_rows is not None, expectations=expectations)
    relation = f"read_parquet({literal(parquet)})"
    shown = shown_columns(suite.expectations)
    findings = _decided(contract, engine().validate(suite, relation, chosen, shown).findings)
    place = Place(gate="delivery", prefix=f"delivery.{contract.id}", table=contract.dataset_name)
    return [judge(rule, findings.get(rule.meta.check), place, chosen) for rule in suite.expectations]


def compile_suite(contract: Contract, *, compares: bool = False, expectations: Path = EXPECTATIONS) -> Suite:
    """The expectations on any delivery of `contract`: its promises, its quality rules, and what holds for its dataset.

    `compares`: there is a delivery to compare with. Raises ConfigurationError when a quality rule cannot be understood.
    """
    provided = contract.provided_fields() | {"administration_code"}
    template = _template(contract.dataset_name, expectations)
    rules = [_has_rows(), *_given(contract), *_key(contract), *_quality(contract)]
    comparing = compares and contract.mode == "snapshot"
    rules += [r for r in template.expectations if set(r.columns) <= provided and (comparing or not _compares(r))]
    return Suite(name=template.name, expectations=tuple(rules), meta=SuiteMeta(needs_all=(contract.dataset_name,)))


@cache
def _template(dataset: str, expectations: Path) -> Suite:
    return load_suite(expectations / "raw" / f"{dataset}.json")


def _compares(rule: Rule) -> bool:
    """True of a rule about this delivery against the one before."""
    return any("previous_" in parameter for parameter in rule.parameters)


def _rule(kind: str, kwargs: Mapping[str, object], check: str, sentence: str, sentence_da: str) -> Rule:
    meta = RuleMeta(check=check, sentence=sentence, sentence_da=sentence_da)
    return Rule.model_validate({"type": kind, "kwargs": kwargs, "meta": meta, "severity": "critical"})


def _has_rows() -> Rule:
    kind = "expect_table_row_count_to_be_between"
    return _rule(kind, {"min_value": 1}, "rows", "The delivery has rows.", "Leverancen har rækker.")


def _given(contract: Contract) -> list[Rule]:
    """Every field that the catalogue or the contract requires has a value on every row."""
    required = {name for name, field in contract.dataset.fields.items() if field.required}
    required |= {column.name for column in contract.columns if column.required} | {"administration_code"}
    kind = "expect_column_values_to_not_be_null"
    return [
        _rule(kind, {"column": name}, f"{name}_given", f"Every row has {name}.", f"Alle rækker har {name}.")
        for name in sorted(required)
    ]


def _key(contract: Contract) -> list[Rule]:
    """The key of the dataset names one row within its administration."""
    if not contract.key:
        return []
    columns = ["administration_code", *contract.key]
    names = ", ".join(contract.key)
    english = f"No two rows of one administration have the same {names}."
    danish = f"Ingen to rækker i samme forvaltning har samme {names}."
    return [_rule("expect_compound_columns_to_be_unique", {"column_list": columns}, "key_unique", english, danish)]


def _quality(contract: Contract) -> list[Rule]:
    try:
        return [quality_rule(number, rule) for number, rule in enumerate(contract.quality, start=1)]
    except ConfigurationError as error:
        raise ConfigurationError(f"Contract {contract.id}: {error} See docs/contracts.md.") from error


def _decided(contract: Contract, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """The findings, with the contract's own bounds deciding where a quality rule was counted."""
    decided, counted = dict(findings), findings.get("rows")
    rows = int(counted.observed) if counted and not counted.error else 0
    for number, rule in enumerate(contract.quality, start=1):
        check = quality_rule(number, rule).meta.check
        found = findings.get(check)
        if found is not None and not found.error:
            count = rows if rule.metric == "rowCount" else found.unexpected or 0
            holds = Bounds(rule).allow(count, rows)
            decided[check] = replace(found, holds=holds, examined=None if rule.metric == "rowCount" else rows)
    return decided
