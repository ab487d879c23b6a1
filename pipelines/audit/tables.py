"""The suites of expectations/ on the tables of a build: whether each applies, has rows, and what it says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.audit.change import PROFILE_COLUMNS, change_sql, profile_sql
from pipelines.audit.dbt_results import Manifest
from pipelines.audit.engine import WAREHOUSE, Engine, SuiteRun, literal, quoted
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


def with_change_rules(suite: Suite, change: Suite) -> Suite:
    """The suite with the rules about its change since the last release, where it names columns to compare."""
    added = change.expectations if suite.meta.compared_columns else ()
    return suite.model_copy(update={"expectations": (*suite.expectations, *added)})


def place_of(suite: Suite) -> Place:
    """Where the verdicts of a suite belong."""
    return Place(gate="build", prefix=suite.name, table=suite.table_name)


@dataclass(frozen=True)
class Bench:
    """What all tables of one build are checked with. `inputs`: the build's folder of them; `change`: the suite on what differs
    from the last release, whose profile lies there."""

    engine: Engine
    change: Suite
    inputs: Path
    manifest: Manifest
    limits: Limits
    promised: set[str]


def check_tables(bench: Bench, suites: list[Suite]) -> TableChecks:
    """The verdicts of all suites on the warehouse that the engine has attached."""
    found, present = TableChecks(), bench.engine.tables()
    for suite in suites:
        if suite.name not in present:
            found.checks += [without_table(rule, place_of(suite), bench.limits) for rule in suite.expectations]
        elif lacking := suite.meta.missing(bench.promised):
            found.checks += [
                without_promise(rule, place_of(suite), bench.limits, lacking) for rule in suite.expectations
            ]
        else:
            _check_table(bench, suite, found)
    return found


def _check_table(bench: Bench, suite: Suite, found: TableChecks) -> None:
    """Its own rules, and those about its change since the last release: a table that may be empty may not have become so."""
    relation = f"{WAREHOUSE}.{quoted(suite.schema_name)}.{quoted(suite.table_name)}"
    changes = tuple(rule for rule in suite.expectations if rule in bench.change.expectations)
    own = suite.model_copy(update={"expectations": tuple(r for r in suite.expectations if r not in changes)})
    if bench.engine.is_empty(relation):
        found.checks += _empty_table(own, bench.limits, bench.promised)
    else:
        hidden = bench.manifest.hidden_columns(suite.schema_name, suite.table_name)
        _note(
            bench,
            own,
            suite,
            bench.engine.validate(own, relation, bench.limits, shown_columns(own.expectations, hidden)),
            found,
        )
    if changes:
        change = suite.model_copy(update={"name": f"{suite.name}_change", "expectations": changes})
        shown = frozenset(column for rule in changes for column in rule.columns)
        query = change_of(suite, relation, bench.inputs, bench.limits, bench.promised)
        _note(bench, change, suite, bench.engine.validate(change, query, bench.limits, shown, hold=True), found)


def _note(bench: Bench, rules: Suite, suite: Suite, run: SuiteRun, found: TableChecks) -> None:
    found.natives += [run.result] if run.result is not None else []
    place = place_of(suite)
    found.checks += [_judged(rule, run, place, bench.limits, bench.promised) for rule in rules.expectations]


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


PREVIOUS_PROFILE = "previous_profile"  # the input of a build: the last release's tables in the form of PROFILE_COLUMNS


def change_of(suite: Suite, relation: str, inputs: Path, limits: Limits, promised: set[str]) -> str:
    """SQL of what differs in one table from the last release. Every administration that delivers to it must be there."""
    names = {name for name in (*suite.meta.needs_all, *suite.meta.needs_any) if "." not in name} & promised
    before = f"select {', '.join(PROFILE_COLUMNS)} from {_parquet(inputs, PREVIOUS_PROFILE)} where table_name = {literal(suite.table_name)}"
    delivered = (
        f"select p.administration_code from {_parquet(inputs, 'raw_delivery_administration')} as p "
        f"join {_parquet(inputs, 'raw_delivery')} as d using (delivery_id) "
        f"where d.is_in_force and p.accepted_rows > 0 and d.dataset_name in ({_listed(names)})"
    )
    return change_sql(
        profile_sql(relation, suite.meta.compared_columns), before, delivered,
        float(limits["minimum_compared_count"]), must_be_present=not suite.meta.may_be_empty,
    )  # fmt: skip


def _parquet(inputs: Path, name: str) -> str:
    return f"read_parquet({literal(inputs / name / '*.parquet')}, union_by_name = true)"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(names))) or "''"
