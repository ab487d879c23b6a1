"""The audit record: what blocks, one order, and the same bytes for the same record."""

from pathlib import Path

import pytest

from pipelines.audit.result import AuditRecord, CheckResult, Outcome

HASHES = {"warehouse.duckdb": "0"}


def check(check_id: str, outcome: Outcome = Outcome.passed) -> CheckResult:
    return CheckResult(
        check_id=check_id,
        gate="build",
        kind="reconciliation",
        severity="critical",
        outcome=outcome,
        sentence="Æbler er talt.",
        examples=("a", "b"),
    )


@pytest.mark.parametrize(
    ("outcome", "passes"),
    [
        (Outcome.passed, True),
        (Outcome.warning, True),
        (Outcome.not_applicable, True),
        (Outcome.failed, False),
        (Outcome.error, False),
        (Outcome.skipped, False),
    ],
)
def test_one_outcome_decides_whether_a_build_passes(outcome: Outcome, passes: bool) -> None:
    record = AuditRecord.of("b", HASHES, [check("a"), check("b", outcome)])
    assert record.passed is passes
    assert [c.check_id for c in record.blocking] == ([] if passes else ["b"])


def test_no_checks_at_all_is_no_proof() -> None:
    assert not AuditRecord.of("b", HASHES, []).passed


def test_every_outcome_is_counted() -> None:
    counts = AuditRecord.of("b", HASHES, [check("a"), check("b", Outcome.failed), check("c", Outcome.failed)]).counts
    assert counts == {o: {Outcome.passed: 1, Outcome.failed: 2}.get(o, 0) for o in Outcome}


def test_two_checks_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id: a"):
        AuditRecord.of("b", HASHES, [check("a"), check("a", Outcome.failed)])


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = AuditRecord.of("b", HASHES, [check("b"), check("a", Outcome.warning)])
    record.write(tmp_path / "audit" / "audit.json")
    assert AuditRecord.read(tmp_path / "audit" / "audit.json") == record


def test_order_of_running_leaves_no_trace(tmp_path: Path) -> None:
    checks = [check("b"), check("a"), check("c")]
    for name, order in (("one", checks), ("other", checks[::-1])):
        AuditRecord.of("b", HASHES, order).write(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_more_than_five_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="examples"):
        CheckResult.model_validate(check("a").model_dump() | {"examples": tuple("abcdef")})
