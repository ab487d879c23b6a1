"""Great Expectations on DuckDB: one context per process, imported when first needed. No suite and no verdict of ours.

Everything is read through views of one DuckDB in memory: a Parquet file, or the tables of a build attached read-only.
Great Expectations 1.24 on duckdb-engine needs three things that it does not do itself (seen November 2026):
the connection must stay open while a result is read; a statement that raised must be rolled back, or every later one
raises too; and a table must be in the default schema, since some metrics leave the schema out.
"""

import importlib
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MethodType
from typing import Any

from pipelines.audit.result import MAX_EXAMPLES
from pipelines.audit.suites import Rule, RuleMeta, Suite, SuiteMeta, in_words
from pipelines.errors import AuditFailed
from pipelines.memory import bounded

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
WITH_VALUES = {"result_format": "SUMMARY", "partial_unexpected_count": 20}
DATABASE = "portfolio_audit"
DATA_SOURCE = "portfolio"
WAREHOUSE = "warehouse"
_LOCK = threading.RLock()


@dataclass(frozen=True)
class Finding:
    """What Great Expectations found for one rule.

    `examined` counts the rows that had something to look at, `unexpected` those that break the rule; both are None for
    a rule about the whole table or column, whose figure is `observed`. `error` is empty when the rule was computed.
    """

    check: str
    holds: bool
    error: str = ""
    examined: int | None = None
    unexpected: int | None = None
    observed: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SuiteRun:
    """The findings of one suite by check, and Great Expectations' own result for its Data Docs."""

    findings: dict[str, Finding]
    result: Any = field(repr=False, default=None)


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text as a SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def without_values(message: object) -> str:
    """An error message in one short line: without the values that DuckDB quotes, the SQL, and names of Python classes."""
    line = re.sub(r"'[^']*'", "'…'", " ".join(str(message).split()))
    line = re.sub(r" LINE \d+: .*| \[SQL: .*", "", line)
    return re.sub(r"^\(?[\w.]*(Exception|Error)\)?:? (?=[A-Z])", "", line)[:200]


class Engine:
    """The one Great Expectations context of this process, and the DuckDB connection behind it. Use `engine()`."""

    def __init__(self) -> None:
        self.gx = _import_great_expectations()
        self.context = self.gx.get_context(mode="ephemeral")
        bars = importlib.import_module("great_expectations.data_context.types.base").ProgressBarsConfig
        self.context.variables.progress_bars = bars(globally=False)
        self._source = self.context.data_sources.add_sql(DATA_SOURCE, connection_string=f"duckdb:///:memory:{DATABASE}")
        self._execution = self._source.get_execution_engine()
        self._execution.get_connection = MethodType(_lasting_connection, self._execution)
        for setting, value in bounded().items():
            self.execute(f"set {setting} = {literal(value)}")

    def execute(self, statement: str) -> None:
        """Run one statement of ours, outside any transaction that a check left open."""
        with self._execution.get_connection() as connection:
            connection.rollback()
            connection.exec_driver_sql(statement)
            connection.commit()

    def is_empty(self, relation: str) -> bool:
        """True when a table is known to have no rows. One that cannot be read is left to the rules to say so."""
        try:
            with self._execution.get_connection() as connection:
                return connection.exec_driver_sql(f"select 1 from {relation} limit 1").first() is None
        except Exception:
            return False

    def tables(self) -> set[str]:
        """`<schema>.<table>` of everything in the attached warehouse."""
        statement = (
            "select table_schema || '.' || table_name from information_schema.tables "
            f"where table_catalog = {literal(WAREHOUSE)}"
        )
        with self._execution.get_connection() as connection:
            return {str(row[0]) for row in connection.exec_driver_sql(statement)}

    @contextmanager
    def warehouse(self, path: Path) -> Iterator[None]:
        """Attach a closed DuckDB file read-only, as `warehouse`, for the time of the block."""
        with _LOCK:
            try:
                self.execute(f"attach {literal(path)} as {WAREHOUSE} (read_only)")
            except Exception as error:
                found = without_values(error)
                raise AuditFailed(f"Cannot open {path} for the audit: {found}. Run the refresh again.") from error
            try:
                yield
            finally:
                self.execute(f"detach {WAREHOUSE}")

    def validate(
        self,
        suite: Suite,
        relation: str,
        parameters: Mapping[str, float | str],
        shown: frozenset[str] = frozenset(),
        *,
        hold: bool = False,
    ) -> SuiteRun:
        """Run all rules of `suite` on `relation` (what stands behind `from` in SQL; with `hold` a query, which is run once).

        Values are read for columns in `shown` only, and only where a rule does not hold. A rule that raised has an
        error; when nothing could be run at all, every rule has one.
        """
        with _LOCK:
            try:
                self._lay_out(suite, relation, hold)
                result = self._run(suite, suite.expectations, parameters, COUNTS_ONLY)
                findings = {f.check: f for f in map(_finding, result.results)}
                _without_tracebacks(result)
                return SuiteRun(findings | self._examples(suite, findings, parameters, shown), result)
            except Exception as error:  # whatever is raised, it is a check that proved nothing
                message = without_values(f"{type(error).__name__}: {error}")
                return SuiteRun({r.meta.check: Finding(r.meta.check, False, message) for r in suite.expectations})

    def _lay_out(self, suite: Suite, relation: str, hold: bool) -> None:
        """The view that a suite looks at; what is held is a table behind it."""
        if hold:
            self.execute(f"create or replace table held as {relation}")
        source = "held" if hold else relation
        self.execute(f"create or replace view {quoted(_view(suite))} as select * from {source}")

    def _run(
        self, suite: Suite, rules: tuple[Rule, ...], parameters: Mapping[str, float | str], form: dict[str, Any]
    ) -> Any:
        name = suite.name
        if name not in {asset.name for asset in self._source.assets}:
            self._source.add_table_asset(name, table_name=_view(suite)).add_batch_definition_whole_table(name)
        batch = self._source.get_asset(name).get_batch_definition(name).get_batch()
        if self._source.get_execution_engine() is not self._execution:
            raise RuntimeError("Great Expectations made itself another engine, without our connection")
        expectations = [
            rule.model_dump(mode="json") | {"description": in_words(rule.meta.sentence, parameters)} for rule in rules
        ]
        native = self.gx.ExpectationSuite(name=name, expectations=expectations, meta=suite.meta.model_dump(mode="json"))
        return batch.validate(native, result_format=form, expectation_parameters=dict(parameters))

    def _examples(
        self,
        suite: Suite,
        findings: Mapping[str, Finding],
        parameters: Mapping[str, float | str],
        shown: frozenset[str],
    ) -> dict[str, Finding]:
        """The broken findings with examples, where all columns may be shown. Without examples, a verdict still stands."""
        broken = tuple(
            rule
            for rule in suite.expectations
            if rule.columns and set(rule.columns) <= shown and (findings.get(rule.meta.check) or _HOLDS).unexpected
        )
        if not broken:
            return {}
        try:
            names = list(dict.fromkeys(name for rule in broken for name in rule.meta.named_by))
            form = WITH_VALUES | ({"unexpected_index_column_names": names} if names else {})
            seen = map(_finding, self._run(suite, broken, parameters, form).results)
            return {f.check: replace(findings[f.check], examples=f.examples) for f in seen}
        except Exception:
            return {}


_HOLDS = Finding("", True)


@cache
def engine() -> Engine:
    """The engine of this process, proven to see what is wrong. Raises AuditFailed when it does not."""
    with _LOCK:
        made = Engine()
        prove(made)
        return made


def prove(made: Engine) -> None:
    """Run three rules that must fail, hold and raise. Raises AuditFailed when one of them does otherwise."""
    meta = {name: RuleMeta(check=name, sentence=name, sentence_da=name) for name in ("fails", "holds", "raises")}
    kwargs: dict[str, dict[str, Any]] = {
        "expect_column_values_to_be_between": {"column": "figure", "min_value": 0, "max_value": {"$PARAMETER": "top"}},
        "expect_table_row_count_to_equal": {"value": 2},
        "expect_column_values_to_not_be_null": {"column": "no_such_column"},
    }
    rules = tuple(
        Rule(type=kind, kwargs=kwargs[kind], meta=each, severity="critical")
        for kind, each in zip(kwargs, meta.values(), strict=True)
    )
    suite = Suite(name="audit.proof", expectations=rules, meta=SuiteMeta())
    found = made.validate(suite, "(values (1), (-1)) as t(figure)", {"top": 1}).findings
    seen = {f.check: "raises" if f.error else "holds" if f.holds else "fails" for f in found.values()}
    if seen != {name: name for name in meta} or found["fails"].unexpected != 1:
        raise AuditFailed(
            f"Great Expectations {made.gx.__version__} cannot be trusted here: of three trial checks that must fail, "
            f"hold and raise, it reported {sorted(found.values(), key=lambda f: f.check)}. Install the locked dependencies "
            "(make run does) and try again."
        )


def _import_great_expectations() -> Any:
    """Great Expectations, without its analytics; what it logs is in the record instead."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    return importlib.import_module("great_expectations")


@contextmanager
def _lasting_connection(execution: Any) -> Iterator[Any]:
    """Replaces SqlAlchemyExecutionEngine.get_connection: one that stays open, rolled back when a statement raises."""
    if execution._connection is None:
        execution._connection = execution.engine.connect()
    try:
        yield execution._connection
    except Exception:
        execution._connection.rollback()
        raise


def _view(suite: Suite) -> str:
    return suite.name.replace(".", "__")


def _finding(result: Any) -> Finding:
    """One result of Great Expectations as a finding. `success` may be a numpy bool; errors come in two shapes."""
    check = str(result.expectation_config.meta["check"])
    error = _error(result.exception_info or {})
    if error or result.success is None:
        return Finding(check, False, error or "it gave no verdict")
    found: Mapping[str, Any] = result.result or {}
    count, unexpected, observed = (found.get(n) for n in ("element_count", "unexpected_count", "observed_value"))
    if result.expectation_config.type == "unexpected_rows_expectation":
        unexpected, observed = observed, None
    elif "observed_value" in found and observed is None and unexpected is None:
        count = 0  # a figure over no values at all
    return Finding(
        check=check,
        holds=bool(result.success),
        examined=None if count is None else int(count) - int(found.get("missing_count") or 0),
        unexpected=None if unexpected is None else int(unexpected),
        observed="" if observed is None else str(observed),
        examples=_texts(found.get("partial_unexpected_index_list") or found.get("partial_unexpected_list") or []),
    )


def _error(info: Mapping[str, Any]) -> str:
    """The error of a check, empty when it did not raise: flat, or one by metric."""
    parts = [info] if "raised_exception" in info else [part for part in info.values() if isinstance(part, Mapping)]
    raised = [str(part.get("exception_message") or "unknown error") for part in parts if part.get("raised_exception")]
    return without_values(raised[0]) if raised else ""


def _without_tracebacks(result: Any) -> None:
    """Leave nothing of an error in Great Expectations' own result but one line without values: its pages show it."""
    for each in result.results:
        message = _error(each.exception_info or {})
        if message:
            each.exception_info = {
                "raised_exception": True,
                "exception_message": message,
                "exception_traceback": message,
            }


def _texts(values: list[Any]) -> tuple[str, ...]:
    """A few different values as short texts, in one order."""
    rows = (v.values() if isinstance(v, dict) else v if isinstance(v, list | tuple) else [v] for v in values)
    texts = {" / ".join("(empty)" if part is None else str(part) for part in row)[:60] for row in rows}
    return tuple(sorted(texts - {"(empty)"})[:MAX_EXAMPLES])
