"""From a finding to a verdict in words: outcomes, both languages, and whose values may be shown."""

import pytest

from pipelines.audit.engine import Finding
from pipelines.audit.result import Outcome, Severity
from pipelines.audit.suites import Rule, RuleMeta
from pipelines.audit.verdict import (
    Place,
    judge,
    may_be_shown,
    share,
    shown_columns,
    without_promise,
    without_rows,
    without_table,
)

PLACE = Place(gate="build", prefix="core.dim_system", table="dim_system")
LIMITS: dict[str, float | str] = {"least": 0.8, "most": 1250.0}


def rule(severity: Severity = "critical", **kwargs: object) -> Rule:
    return Rule.model_validate(
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "user_count"} | kwargs,
            "meta": RuleMeta(check="users", sentence="Most is {most:,.0f}.", sentence_da="Højst {most:,.0f}."),
            "severity": severity,
        }
    )


@pytest.mark.parametrize(
    ("finding", "severity", "outcome"),
    [
        (Finding("users", True, examined=9, unexpected=0), "critical", Outcome.passed),
        (Finding("users", False, examined=9, unexpected=1), "critical", Outcome.failed),
        (Finding("users", False, examined=9, unexpected=1), "warning", Outcome.warning),
        (Finding("users", False, error="it raised"), "warning", Outcome.error),
        (Finding("users", True, error="it raised"), "critical", Outcome.error),
        (Finding("users", True, examined=0, unexpected=0), "critical", Outcome.not_applicable),
        (None, "warning", Outcome.failed),
    ],
)
def test_a_finding_becomes_one_outcome(finding: Finding | None, severity: Severity, outcome: Outcome) -> None:
    verdict = judge(rule(severity), finding, PLACE, LIMITS)
    assert (verdict.outcome, verdict.severity, verdict.check_id) == (outcome, severity, "core.dim_system.users")
    assert (verdict.table_name, verdict.column_name) == ("dim_system", "user_count")


@pytest.mark.parametrize(
    ("finding", "english", "danish"),
    [
        (Finding("users", True, examined=1500, unexpected=0), "true of all 1,500 rows", "gælder alle 1.500 rækker"),
        (
            Finding("users", False, examined=1500, unexpected=3, examples=("-1", "-2")),
            "not true of 3 of 1,500 rows (0.2 %), such as -1, -2",
            "gælder ikke 3 af 1.500 rækker (0,2 %), fx -1, -2",
        ),
        (Finding("users", False, unexpected=3), "not true of 3 rows", "gælder ikke 3 rækker"),
        (Finding("users", False, unexpected=1), "not true of 1 row", "gælder ikke 1 række"),
        (Finding("users", False, observed="1234.5"), "found 1,234.50", "fundet 1.234,50"),
        (Finding("users", False, observed=""), "it is not so", "det er ikke tilfældet"),
    ],
)
def test_a_verdict_is_a_sentence_with_numbers(finding: Finding, english: str, danish: str) -> None:
    verdict = judge(rule(), finding, PLACE, LIMITS)
    assert verdict.sentence == f"Most is 1,250: {english}."
    assert verdict.sentence_da == f"Højst 1.250: {danish}."


@pytest.mark.parametrize(
    ("holds", "english", "danish"),
    [
        (True, "9 of 10 rows do (90.0 %)", "det gør 9 af 10 rækker (90,0 %)"),
        (False, "only 9 of 10 rows do (90.0 %)", "det gør kun 9 af 10 rækker (90,0 %)"),
    ],
)
def test_a_rule_for_a_share_of_the_rows_says_how_many_keep_it(holds: bool, english: str, danish: str) -> None:
    verdict = judge(rule(mostly=0.9), Finding("users", holds, examined=10, unexpected=1), PLACE, LIMITS)
    assert verdict.sentence.endswith(english + ".")
    assert verdict.sentence_da.endswith(danish + ".")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 9, "0.0 %"),
        (9, 9, "100.0 %"),
        (1, 9, "11.1 %"),
        (1, 100000, "less than 0.1 %"),
        (99999, 100000, "more than 99.9 %"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


def test_what_does_not_apply_or_is_not_there_says_why() -> None:
    promise = without_promise(rule(), PLACE, LIMITS, ["systems"])
    assert promise.outcome is Outcome.not_applicable
    assert promise.sentence_da.endswith("ikke relevant, fordi ingen kontrakt lover systemer.")
    empty = without_rows(rule("warning"), PLACE, LIMITS, ["systems"])
    assert empty.outcome is Outcome.failed
    assert empty.sentence.endswith("dim_system has no rows although a contract promises systems.")
    assert without_table(rule("warning"), PLACE, LIMITS).outcome is Outcome.failed


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ("user_count", True),
        ("system_name", True),  # open
        ("posting_text", False),  # free text
        ("owner_unit_name", False),  # free text
        ("criticality_code", False),  # restricted
        ("acquisition_amount", False),  # restricted
        ("candidate_rank", True),
        ("is_owner", True),
        ("unknown_remark", False),
    ],
)
def test_only_harmless_values_may_be_shown(column: str, shown: bool) -> None:
    assert may_be_shown(column) is shown


def test_a_column_that_the_warehouse_hides_is_not_shown() -> None:
    assert shown_columns([rule()]) == {"user_count"}
    assert shown_columns([rule()], hidden=["user_count"]) == frozenset()
