"""The suites of expectations/ on the tables of a build: whether each applies, has rows, and what it says."""

from dataclasses import dataclass, field
from typing import Any

from pipelines.audit.dbt_results import Manifest
from pipelines.audit.engine import WAREHOUSE, Engine, SuiteRun, quoted
from pipelines.audit.limits import Limits
from pipelines.audit.result import CheckResult
from pipelines.audit.suites import Rule, RuleMeta, Suite
from pipelines.audit.verdict import (
    Place,
    judge,
    may_have_no_rows,
    shown_columns,
    without_promise,
    without_rows,
    without_table,
)


@dataclass
class TableChecks:
    """Verdicts on all tables so far, and Great Expectations' own results for its pages."""

    checks: list[CheckResult] = field(default_factory=list)
    natives: list[Any] = field(default_factory=list)


def with_row_rule(suite: Suite) -> Suite:
    """The suite with the rule that its table has rows in front, unless it may be empty."""
    if suite.meta.may_be_empty:
        return suite
    name = suite.table_name
    meta = RuleMeta(
        check="has_rows", sentence=f"The table {name} has rows.", sentence_da=f"Tabellen {name} har rækker."
    )
    rule = Rule(type="expect_table_row_count_to_be_between", kwargs={"min_value": 1}, meta=meta, severity="critical")
    return suite.model_copy(update={"expectations": (rule, *suite.expectations)})


def place_of(suite: Suite) -> Place:
    """Where the verdicts of a suite belong."""
    return Place(gate="build", prefix=suite.name, table=suite.table_name)


def check_tables(
    engine: Engine, suites: list[Suite], manifest: Manifest, limits: Limits, promised_datasets: set[str]
) -> TableChecks:
    """The verdicts of all suites on the warehouse that the engine has attached."""
    found, present = TableChecks(), engine.tables()
    for suite in suites:
        if suite.name not in present:
            found.checks += [without_table(rule, place_of(suite), limits) for rule in suite.expectations]
        else:
            _check_table(engine, suite, manifest, limits, promised_datasets, found)
    return found


def _check_table(
    engine: Engine, suite: Suite, manifest: Manifest, limits: Limits, promised: set[str], found: TableChecks
) -> None:
    place, lacking = place_of(suite), suite.meta.missing(promised)
    relation = f"{WAREHOUSE}.{quoted(suite.schema_name)}.{quoted(suite.table_name)}"
    if lacking:
        found.checks += [without_promise(rule, place, limits, lacking) for rule in suite.expectations]
    elif engine.is_empty(relation):
        found.checks += _empty_table(suite, limits, promised)
    else:
        hidden = manifest.hidden_columns(suite.schema_name, suite.table_name)
        run = engine.validate(suite, relation, limits, shown_columns(suite.expectations, hidden))
        found.natives += [run.result] if run.result is not None else []
        found.checks += [_judged(rule, run, place, limits, promised) for rule in suite.expectations]


def _judged(rule: Rule, run: SuiteRun, place: Place, limits: Limits, promised: set[str]) -> CheckResult:
    """The verdict on one rule, which may need more than its suite."""
    absent = rule.meta.missing(promised)
    if absent:
        return without_promise(rule, place, limits, absent)
    return judge(rule, run.findings.get(rule.meta.check), place, limits)


def _empty_table(suite: Suite, limits: Limits, promised: set[str]) -> list[CheckResult]:
    """The verdicts on a table without rows: a failure, unless the suite says that it may be empty."""
    place, meta = place_of(suite), suite.meta
    if meta.may_be_empty:
        return [may_have_no_rows(rule, place, limits) for rule in suite.expectations]
    needed = meta.needs_all or tuple(name for name in meta.needs_any if name in promised)
    return [without_rows(rule, place, limits, needed) for rule in suite.expectations]
