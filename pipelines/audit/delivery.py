"""The gate of one delivery: what row-wise casting cannot see, decided by a suite compiled from the contract."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipelines.audit.change import Before, change_sql, kept_keys_sql, profile_sql
from pipelines.audit.engine import Finding, engine, literal, quoted
from pipelines.audit.limits import Limits, load_limits
from pipelines.audit.quality import Bounds, quality_rule
from pipelines.audit.result import CheckResult
from pipelines.audit.suites import Rule, RuleMeta, Suite, SuiteMeta, load_listed_suite
from pipelines.audit.verdict import Place, judge, nothing_before, shown_columns
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from pipelines.instance import PROJECT_ROOT

CODE_VERSION = "2"  # raised by hand when the code below judges the same delivery differently
EXPECTATIONS = PROJECT_ROOT / "expectations"
DATED = {
    "postings": "posting_date",
    "assessments": "assessed_date",
}  # when the fact happened, which is before it is told
DAYS_BEFORE = "days_before_business_date"
# A Danish civil registration number with its hyphen, and a mail address; without braces, which Great Expectations would fill in.
PERSON_NUMBER = r"\b(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9][0-9]-[0-9][0-9][0-9][0-9]\b"
MAIL_ADDRESS = r"[^ @]+@[^ @]+\.[^ @]+"
MOST_MAIL_SHARE = 0.05  # single mailboxes that stand for a unit or supplier are not a column of people


def delivery_suite_version(limits: Limits | None = None, expectations: Path = EXPECTATIONS) -> str:
    """A hash that changes whenever the same delivery could be judged differently.

    Part of the key under which a verdict is cached: delivery id, contract hash, this, the delivery before.
    """
    digest = hashlib.sha256(f"{CODE_VERSION} {version('great_expectations')} {version('duckdb')}".encode())
    for path in [*sorted((expectations / "raw").glob("*.json")), expectations / "change" / "delivery.json"]:
        digest.update(path.name.encode() + path.read_bytes())
    for name, value in sorted((limits or load_limits(expectations)).items()):
        digest.update(f"{name}={value}".encode())
    return digest.hexdigest()[:16]


def audit_delivery(
    contract: Contract,
    parquet: Path,
    *,
    business_date: date | None = None,
    before: Before | None = None,
    limits: Limits | None = None,
    expectations: Path = EXPECTATIONS,
) -> list[CheckResult]:
    """Judge one conformed delivery. A result whose `outcome.is_blocking` means that the delivery is refused.

    `business_date`: what the sender says that it is about, None when nothing was said. `before`: the accepted delivery before it,
    None when there is none.
    """
    chosen = dict(limits or load_limits(expectations))
    same = before is not None and before.is_of_the_same
    if before is not None:
        chosen["previous_rows"] = before.row_count
    suite = compile_suite(contract, expectations=expectations)
    run = suite.model_copy(update={"expectations": tuple(r for r in suite.expectations if same or not _compares(r))})
    shown = shown_columns(suite.expectations)
    findings = engine().validate(run, _relation(contract, parquet, business_date), chosen, shown).findings
    findings = _decided(contract, findings)
    place = _place(contract)
    results = [
        judge(rule, findings.get(rule.meta.check), place, chosen)
        if rule in run.expectations
        else nothing_before(rule, place, {"previous_rows": 0} | chosen)
        for rule in suite.expectations
    ]
    return results + _changes(contract, parquet, before, chosen, expectations)


def compile_suite(contract: Contract, *, expectations: Path = EXPECTATIONS) -> Suite:
    """The expectations on any delivery of `contract`: its promises, its quality rules, and what holds for its dataset.

    Raises ConfigurationError when a quality rule cannot be understood.
    """
    provided = contract.provided_fields() | {"administration_code"}
    if DATED.get(contract.dataset_name) in provided:
        provided.add(DAYS_BEFORE)
    template = _template(contract.dataset_name, expectations)
    rules = [_has_rows(), *_given(contract), *_key(contract), *_quality(contract), *_impersonal(contract)]
    rules += [r for r in template.expectations if set(r.columns) <= provided]
    return Suite(name=template.name, expectations=tuple(rules), meta=SuiteMeta(needs_all=(contract.dataset_name,)))


def expected_of_delivery(contract: Contract, expectations: Path = EXPECTATIONS) -> set[str]:
    """The ids of all checks that every delivery of `contract` must have a result for."""
    rules = [
        *compile_suite(contract, expectations=expectations).expectations,
        *_change_suite(expectations).expectations,
    ]
    return {f"{_place(contract).prefix}.{rule.meta.check}" for rule in rules}


def _place(contract: Contract) -> Place:
    return Place(gate="delivery", prefix=f"delivery.{contract.id}", table=contract.dataset_name)


def _relation(contract: Contract, parquet: Path, business_date: date | None) -> str:
    """The delivery, and how many days before its business date each of its facts is dated."""
    column = DATED.get(contract.dataset_name)
    days = f"date_diff('day', {column}, date '{business_date}')" if column and business_date else "cast(null as bigint)"
    return f"(select *, {days} as {DAYS_BEFORE} from read_parquet({literal(parquet)})) as delivery"


def _changes(
    contract: Contract, parquet: Path, before: Before | None, limits: Limits, expectations: Path
) -> list[CheckResult]:
    """What is said of the delivery beside the one before it."""
    suite, place = _change_suite(expectations), _place(contract)
    if before is None:
        return [nothing_before(rule, place, limits) for rule in suite.expectations]
    columns = sorted(contract.provided_fields() & set(contract.dataset.fields))
    then, now = (f"read_parquet({literal(path)})" for path in (before.parquet, parquet))
    change = change_sql(
        profile_sql(now, columns), profile_sql(then, columns), f"select administration_code from {then}",
        float(limits["minimum_compared_count"]), rows_compare=before.is_of_the_same, must_be_present=False,
    )  # fmt: skip
    if before.is_of_the_same and (key := _lasting_key(contract)):
        change += f" union all by name {kept_keys_sql(now, then, key, float(limits['minimum_compared_count']))}"
    shown = shown_columns(suite.expectations) | {rule.columns[0] for rule in suite.expectations}
    findings = engine().validate(suite, change, limits, shown, hold=True).findings
    return [judge(rule, findings.get(rule.meta.check), place, limits) for rule in suite.expectations]


@cache
def _template(dataset: str, expectations: Path) -> Suite:
    return load_listed_suite(expectations / "raw" / f"{dataset}.json")


@cache
def _change_suite(expectations: Path) -> Suite:
    return load_listed_suite(expectations / "change" / "delivery.json")


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


def _lasting_key(contract: Contract) -> list[str]:
    """The part of the key that names the same thing in every delivery: neither versions nor what has few known values."""
    fields = contract.dataset.fields
    return [n for n in contract.key if fields[n].type == "code" and not fields[n].values and n != "version_code"]


def _impersonal(contract: Contract) -> list[Rule]:
    """No column that may be published holds what belongs in a personal one: a column shifted, a name field used for notes."""
    known = contract.dataset.fields
    texts = sorted(n for n in contract.provided_fields() & set(known) if known[n].type == "text")
    open_texts = [n for n in texts if known[n].classification != "personal"]
    names = [n for n in open_texts if n.endswith("_name")]
    found = [f"regexp_matches({quoted(n)}, {literal(PERSON_NUMBER)})" for n in open_texts]
    rules = []
    if found:
        query = f"select 1 from {{batch}} where {' or '.join(found)}"
        rules.append(_rule(
            "unexpected_rows_expectation", {"unexpected_rows_query": query}, "no_civil_registration_numbers",
            "No text holds a civil registration number.", "Ingen tekst rummer et cpr-nummer.",
        ))  # fmt: skip
    if names:
        some = " or ".join(f"regexp_matches({quoted(n)}, {literal(MAIL_ADDRESS)})" for n in names)
        counted = f"select count(*) as n, count(*) filter ({some}) as mails from {{batch}}"
        query = f"select 1 from ({counted}) as t where mails > {MOST_MAIL_SHARE} * n"
        rules.append(_rule(
            "unexpected_rows_expectation", {"unexpected_rows_query": query}, "names_are_no_mail_addresses",
            "Names are not mail addresses.", "Navne er ikke mailadresser.",
        ))  # fmt: skip
    return rules


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
