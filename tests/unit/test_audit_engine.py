"""Great Expectations on DuckDB: every kind of expectation that we use is seen to hold and to break, and errors are errors."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.audit.engine import Engine, Finding, engine, prove, without_values
from pipelines.audit.result import Outcome
from pipelines.audit.suites import Rule, RuleMeta, Suite, SuiteMeta, load_suites
from pipelines.audit.verdict import Place, judge
from pipelines.errors import AuditFailed
from tests.unit.audit_builds import EXPECTATIONS

ROWS = (
    "(values (1, 'a', 5, date '2024-01-02', date '2024-01-01', true, null), (2, 'b', -3, date '2024-01-02', "
    "date '2024-02-01', false, null), (2, null, 4, null, null, true, null)) "
    "as t(number, name, users, end_date, start_date, is_owner, nothing)"
)
OWNER = {
    "row_condition": {"type": "comparison", "column": {"name": "is_owner"}, "operator": "==", "parameter": True},
    "condition_parser": "great_expectations",
}
DATES = {"column_A": "end_date", "column_B": "start_date", "or_equal": True, "ignore_row_if": "either_value_is_missing"}
QUERY = "select number from {batch} where "

# type, kwargs that hold, kwargs that do not, (rows examined, rows unexpected) then
KINDS: list[tuple[str, dict[str, Any], dict[str, Any], tuple[int | None, int | None]]] = [
    ("expect_column_values_to_not_be_null", {"column": "number"}, {"column": "name"}, (3, 1)),
    (
        "expect_column_values_to_not_be_null",
        {"column": "name", "mostly": 0.6},
        {"column": "name", "mostly": 0.7},
        (3, 1),
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "users", "min_value": -3},
        {"column": "users", "min_value": 0},
        (3, 1),
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "end_date", "max_value": "2024-01-02"},
        {"column": "end_date", "max_value": "2024-01-01"},
        (2, 2),
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "users", "min_value": 0} | OWNER,
        {"column": "users", "min_value": 5} | OWNER,
        (2, 1),
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "users", "max_value": {"$PARAMETER": "most"}},
        {"column": "users", "max_value": {"$PARAMETER": "most - 1"}},
        (3, 1),
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "is_owner", "value_set": [True, False]},
        {"column": "is_owner", "value_set": [True]},
        (3, 1),
    ),
    (
        "expect_column_values_to_not_be_in_set",
        {"column": "is_owner", "value_set": []},
        {"column": "is_owner", "value_set": [False]},
        (3, 1),
    ),
    ("expect_column_values_to_be_unique", {"column": "users"}, {"column": "number"}, (3, 2)),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["number", "users"]},
        {"column_list": ["number", "number"]},
        (3, 2),
    ),
    ("expect_column_pair_values_a_to_be_greater_than_b", DATES | OWNER, DATES, (2, 1)),
    (
        "expect_column_min_to_be_between",
        {"column": "number", "max_value": 1},
        {"column": "number", "min_value": 2},
        (None, None),
    ),
    (
        "expect_column_sum_to_be_between",
        {"column": "users", "min_value": 6},
        {"column": "users", "min_value": 7},
        (None, None),
    ),
    (
        "expect_column_unique_value_count_to_be_between",
        {"column": "number", "max_value": 2},
        {"column": "number", "max_value": 1},
        (None, None),
    ),
    ("expect_table_row_count_to_be_between", {"min_value": 3}, {"min_value": 4}, (None, None)),
    (
        "expect_table_row_count_to_be_between",
        {"min_value": {"$PARAMETER": "trunc(most * 0.7)"}},
        {"min_value": {"$PARAMETER": "most"}},
        (None, None),
    ),
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": QUERY + "users > 5"},
        {"unexpected_rows_query": QUERY + "regexp_full_match(name, '[ab]')"},
        (None, 2),
    ),
]


def rule(check: str, kind: str, kwargs: dict[str, Any]) -> Rule:
    meta = RuleMeta(check=check, sentence="It is so.", sentence_da="Sådan er det.")
    return Rule(type=kind, kwargs=kwargs, meta=meta, severity="critical")


def found(*rules: Rule, shown: frozenset[str] = frozenset(), relation: str = ROWS) -> dict[str, Finding]:
    suite = Suite(name="test.table", expectations=rules, meta=SuiteMeta())
    return engine().validate(suite, relation, {"most": 5}, shown).findings


@pytest.mark.parametrize(("kind", "good", "bad", "counts"), KINDS, ids=[f"{n}-{k[0]}" for n, k in enumerate(KINDS)])
def test_a_kind_of_expectation_holds_and_breaks(
    kind: str, good: dict[str, Any], bad: dict[str, Any], counts: tuple[int | None, int | None]
) -> None:
    findings = found(rule("good", kind, good), rule("bad", kind, bad))
    assert findings["good"].holds is True
    assert findings["good"].error == findings["bad"].error == ""
    assert findings["bad"].holds is False
    assert (findings["bad"].examined, findings["bad"].unexpected) == counts


def test_every_kind_that_a_suite_uses_is_among_them() -> None:
    suites = load_suites(EXPECTATIONS, gates=("core", "marts", "raw"))
    assert {r.type for suite in suites for r in suite.expectations} <= {kind for kind, *_ in KINDS}


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_not_be_null", {"column": "no_such_column"}),
        ("expect_column_values_to_be_between", {"column": "name", "min_value": 0}),
        ("expect_column_min_to_be_between", {"column": "name", "min_value": 1}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "select cast(name as int) from {batch}"}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "select nonsense from {batch} where"}),
    ],
)
def test_a_check_that_raises_is_an_error_and_spares_the_others(kind: str, kwargs: dict[str, Any]) -> None:
    findings = found(
        rule("first", "expect_column_values_to_be_unique", {"column": "users"}),
        rule("raises", kind, kwargs),
        rule("last", "expect_column_values_to_be_between", {"column": "users", "min_value": -3}),
    )
    assert findings["raises"].error
    assert not findings["raises"].holds
    assert findings["first"].holds
    assert findings["last"].holds


def test_a_suite_that_cannot_run_is_an_error_for_every_rule() -> None:
    kwargs = {"column": "users", "max_value": {"$PARAMETER": "unknown"}}
    findings = found(
        rule("fine", "expect_table_row_count_to_equal", {"value": 3}),
        rule("x", "expect_column_values_to_be_between", kwargs),
    )
    assert {check: bool(f.error) for check, f in findings.items()} == {"fine": True, "x": True}


def test_great_expectations_drops_what_it_does_not_know_and_we_do_not() -> None:
    unknown = rule("x", "expect_nothing_that_exists", {})
    findings = found(rule("fine", "expect_table_row_count_to_equal", {"value": 3}), unknown)
    assert "x" not in findings
    verdict = judge(unknown, findings.get("x"), Place("build", "core.t", "t"), {})
    assert verdict.outcome is Outcome.failed
    assert verdict.sentence == "It is so: was expected and did not run."


def test_a_relation_that_does_not_exist_is_an_error() -> None:
    assert found(rule("x", "expect_table_row_count_to_equal", {"value": 3}), relation="nowhere")["x"].error


def test_a_figure_over_no_values_examined_nothing() -> None:
    findings = found(rule("sum", "expect_column_sum_to_be_between", {"column": "nothing", "min_value": 0}))
    assert findings["sum"].examined == 0


def test_values_are_read_only_of_columns_that_may_be_shown() -> None:
    negative = rule("x", "expect_column_values_to_be_between", {"column": "users", "min_value": 0})
    assert found(negative)["x"].examples == ()
    assert found(negative, shown=frozenset({"users"}))["x"].examples == ("-3",)
    dates = rule("x", "expect_column_pair_values_a_to_be_greater_than_b", DATES)
    assert found(dates, shown=frozenset({"end_date"}))["x"].examples == ()
    assert found(dates, shown=frozenset({"end_date", "start_date"}))["x"].examples == ("2024-01-02 / 2024-02-01",)


def test_great_expectations_own_result_holds_no_values() -> None:
    rules = (
        rule("x", "expect_column_values_to_be_in_set", {"column": "name", "value_set": ["b"]}),
        rule("y", "unexpected_rows_expectation", {"unexpected_rows_query": "select cast(name as int) from {batch}"}),
    )
    secret = "(select 'Jens Hansen' as name)"
    run = engine().validate(
        Suite(name="test.table", expectations=rules, meta=SuiteMeta()), secret, {}, frozenset({"name"})
    )
    assert run.findings["x"].examples == ("Jens Hansen",)
    assert run.findings["y"].error
    assert "Jens" not in str(run.result.to_json_dict()) + run.findings["y"].error


def test_the_same_name_twice_means_the_newer_table() -> None:
    three = rule("x", "expect_table_row_count_to_equal", {"value": 3})
    assert found(three)["x"].holds
    assert not found(three, relation="(select 1 as other)")["x"].holds


def test_a_warehouse_is_read_without_being_touched(tmp_path: Path) -> None:
    path = tmp_path / "it's.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core; create table core.t as select 1 as n")
    before = path.read_bytes()
    with engine().warehouse(path):
        assert engine().tables() == {"core.t"}
        assert found(rule("x", "expect_table_row_count_to_equal", {"value": 1}), relation="warehouse.core.t")["x"].holds
        with pytest.raises(Exception, match="read-only"):
            engine().execute("create table warehouse.core.other as select 1")
    assert path.read_bytes() == before
    with duckdb.connect(str(path)) as connection:  # nothing holds the file any more
        connection.execute("create table core.u as select 1")


def test_a_file_that_is_no_warehouse_fails_the_audit(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(AuditFailed, match="Cannot open"), engine().warehouse(path):
        pass


class _Blind(Engine):
    """An engine that finds everything in order, whatever it is."""

    def __init__(self, answer: Finding) -> None:
        self.gx = engine().gx
        self._answer = answer

    def validate(self, suite: Suite, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        found = {r.meta.check: replace(self._answer, check=r.meta.check) for r in suite.expectations}
        return type("Run", (), {"findings": found})()


@pytest.mark.parametrize(
    "answer", [Finding("", True, unexpected=1), Finding("", False), Finding("", False, "list index")]
)
def test_an_engine_that_gives_one_answer_to_everything_is_not_trusted(answer: Finding) -> None:
    with pytest.raises(AuditFailed, match="cannot be trusted"):
        prove(_Blind(answer))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Could not convert string 'Jens Hansen' to INT32", "Could not convert string '…' to INT32"),
        ("(_duckdb.BinderException) Binder Error: no\n\nLINE 1: select 'x'", "Binder Error: no"),
        ("Error: The column is not there", "The column is not there"),
    ],
)
def test_error_messages_lose_their_values(message: str, said: str) -> None:
    assert without_values(message) == said
