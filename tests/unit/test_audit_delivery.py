"""The gate of one delivery: the suite compiled from a contract refuses what is broken, warns, and lets the rest pass."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.audit.change import Before
from pipelines.audit.delivery import audit_delivery, compile_suite, delivery_suite_version
from pipelines.audit.limits import load_limits
from pipelines.audit.result import CheckResult, Outcome
from pipelines.contracts.catalogue import datasets
from pipelines.contracts.model import Contract
from pipelines.errors import ConfigurationError
from tests.unit.audit_builds import EXPECTATIONS, insert

FIELDS = {
    "systems": ["system_key", "system_name", "user_count", "use_start_date", "use_end_date", "stated_yearly_amount"],
    "postings": ["posting_date", "posting_amount", "voucher_key", "fiscal_year"],
    "contracts": [
        "contract_key",
        "contract_name",
        "option_count",
        "option_used_count",
        "notice_months",
        "yearly_amount",
    ],
    "assessments": ["system_key", "dimension_code", "score_value", "assessed_date"],
    "budgets": ["budget_line_key", "fiscal_year", "version_code", "measure_code", "budget_amount"],
}
GOOD: dict[str, dict[str, object]] = {
    "systems": {"system_name": "S", "user_count": 5, "use_start_date": "2020-01-01", "stated_yearly_amount": 100},
    "postings": {"posting_date": "2025-01-01", "posting_amount": 10, "voucher_key": "v", "fiscal_year": 2025},
    "contracts": {
        "contract_name": "C",
        "option_count": 2,
        "option_used_count": 1,
        "notice_months": 6,
        "yearly_amount": 9,
    },
    "assessments": {"dimension_code": "security", "score_value": 3, "assessed_date": "2025-01-01"},
    "budgets": {"fiscal_year": 2026, "version_code": "B", "measure_code": "adopted", "budget_amount": 10},
}


def contract(dataset: str, quality: list[dict[str, Any]] | None = None, **more: Any) -> Contract:
    return Contract.model_validate(
        {
            "id": f"okf.{dataset}",
            "title": "T",
            "version": "1",
            "status": "active",
            "dataset_name": dataset,
            "file": {"format": "csv", "file_pattern": "x"},
            "folder": "landing/okf",
            "administration": {"code": "okf"},
            "mode": "snapshot",
            "columns": [{"name": name} for name in FIELDS[dataset]],
            "quality": quality or [],
            "content_hash": "0",
        }
        | more
    )


def delivered(folder: Path, dataset: str, rows: list[dict[str, object]]) -> Path:
    """A conformed delivery; the first part of the key is numbered where a row does not give it."""
    path, columns, key = folder / "delivery.parquet", datasets()[dataset].columns, datasets()[dataset].key
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        for number, row in enumerate(rows, start=1):
            first = {key[0]: f"k{number}"} if key and key[0] in FIELDS[dataset] and key[0] != "fiscal_year" else {}
            first |= {"budget_line_key": f"k{number}"} if dataset == "budgets" else {}
            insert(connection, "t", {"administration_code": "okf", "source_row_number": number} | first | row)
        connection.execute(f"copy t to '{path}' (format parquet)")
    return path


def changed(
    folder: Path, dataset: str, before: list[dict[str, object]], now: list[dict[str, object]], same: bool = True
) -> dict[str, Outcome]:
    """The verdicts on rows that come after others."""
    (folder / "before").mkdir()
    then = Before(delivered(folder / "before", dataset, before), len(before), same)
    return verdicts(audit_delivery(contract(dataset), delivered(folder, dataset, now), before=then))


def verdicts(results: list[CheckResult]) -> dict[str, Outcome]:
    return {result.check_id.split(".", 3)[3]: result.outcome for result in results}


@pytest.mark.parametrize("dataset", sorted(FIELDS))
def test_a_sound_delivery_passes_whole(tmp_path: Path, dataset: str) -> None:
    path = delivered(tmp_path, dataset, [GOOD[dataset]] * 20)
    results = audit_delivery(contract(dataset), path, before=Before(path, 20, True))
    found = verdicts(results)
    assert {
        check for check, outcome in found.items() if outcome not in (Outcome.passed, Outcome.not_applicable)
    } == set()
    assert found["rows"] is found["rows_against_before"] is Outcome.passed
    assert len(found) == len(results)


@pytest.mark.parametrize(
    ("dataset", "change", "check", "outcome"),
    [
        ("systems", {"system_name": None}, "system_name_given", Outcome.failed),
        ("systems", {"administration_code": None}, "administration_code_given", Outcome.failed),
        ("systems", {"system_key": "k2"}, "key_unique", Outcome.failed),
        ("systems", {"user_count": -1}, "user_count_not_negative", Outcome.failed),
        ("systems", {"user_count": 10**7}, "user_count_plausible", Outcome.warning),
        ("systems", {"stated_yearly_amount": -1}, "stated_yearly_amount_not_negative", Outcome.warning),
        ("systems", {"use_end_date": "2019-12-31"}, "end_not_before_start", Outcome.warning),
        ("systems", {"use_start_date": "1020-01-01"}, "use_start_date_plausible", Outcome.warning),
        ("postings", {"posting_date": "1025-01-01"}, "posting_date_plausible", Outcome.failed),
        ("postings", {"fiscal_year": 25}, "fiscal_year_plausible", Outcome.failed),
        ("postings", {"posting_amount": -1000}, "costs_outweigh_income", Outcome.warning),
        ("postings", {"posting_amount": 10**11}, "posting_amount_plausible", Outcome.warning),
        ("contracts", {"option_used_count": 3}, "options_used_within_agreed", Outcome.warning),
        ("contracts", {"notice_months": 600}, "notice_months_plausible", Outcome.warning),
        ("assessments", {"score_value": 6}, "score_in_scale", Outcome.failed),
    ],
)
def test_one_wrong_row_is_seen(
    tmp_path: Path, dataset: str, change: dict[str, object], check: str, outcome: Outcome
) -> None:
    path = delivered(tmp_path, dataset, [GOOD[dataset] | change] + [GOOD[dataset]] * 29)
    found = verdicts(audit_delivery(contract(dataset), path))
    assert found[check] is outcome
    assert [c for c, o in found.items() if o in (Outcome.failed, Outcome.warning, Outcome.error)] == [check]


@pytest.mark.parametrize(("negative", "outcome"), [(1, Outcome.passed), (2, Outcome.failed)])
def test_too_many_negative_costs_mean_a_sign_turned_around(tmp_path: Path, negative: int, outcome: Outcome) -> None:
    rows = [GOOD["systems"] | {"stated_yearly_amount": -5}] * negative + [GOOD["systems"]] * (20 - negative)
    found = verdicts(audit_delivery(contract("systems"), delivered(tmp_path, "systems", rows)))
    assert found["stated_yearly_amount_sign"] is outcome  # at least 95 % of 20 rows


def test_unknown_amounts_are_counted_not_read_as_0(tmp_path: Path) -> None:
    rows = [GOOD["budgets"] | {"budget_amount": None}] * 11 + [GOOD["budgets"]] * 9
    results = audit_delivery(contract("budgets"), delivered(tmp_path, "budgets", rows))
    assert verdicts(results)["budget_amount_known"] is Outcome.warning
    assert "only 9 of 20 rows do (45.0 %)" in next(
        r.sentence for r in results if r.check_id.endswith("budget_amount_known")
    )


def test_an_empty_delivery_is_refused(tmp_path: Path) -> None:
    results = audit_delivery(contract("systems"), delivered(tmp_path, "systems", []))
    assert [r.check_id for r in results if r.outcome.is_blocking] == ["delivery.okf.systems.rows"]


@pytest.mark.parametrize(
    ("rows", "warned", "refused"),
    [
        (16, Outcome.passed, Outcome.passed),
        (15, Outcome.warning, Outcome.passed),
        (12, Outcome.warning, Outcome.passed),
        (11, Outcome.warning, Outcome.failed),
    ],
)
def test_a_snapshot_that_shrinks_is_warned_about_and_then_refused(
    tmp_path: Path, rows: int, warned: Outcome, refused: Outcome
) -> None:
    found = changed(tmp_path, "systems", [GOOD["systems"]] * 20, [GOOD["systems"]] * rows)
    assert (found["rows_against_before"], found["rows_against_delivery_before"]) == (warned, refused)


@pytest.mark.parametrize(
    ("dataset", "change", "check"),
    [
        ("systems", {"use_start_date": None}, "values_against_delivery_before"),
        ("systems", {"stated_yearly_amount": 100 * 100}, "magnitudes_against_delivery_before"),
        ("systems", {"stated_yearly_amount": 1}, "magnitudes_against_delivery_before"),
        ("postings", {"posting_amount": -10}, "signs_against_delivery_before"),
    ],
)
def test_what_became_of_a_column_is_seen(tmp_path: Path, dataset: str, change: dict[str, object], check: str) -> None:
    found = changed(tmp_path, dataset, [GOOD[dataset]] * 20, [GOOD[dataset] | change] * 20)
    assert check in found
    assert [c for c, outcome in found.items() if outcome is Outcome.failed] == [check]


def test_other_keys_than_before_are_another_file(tmp_path: Path) -> None:
    others = [GOOD["systems"] | {"system_key": f"other{n}"} for n in range(20)]
    found = changed(tmp_path, "systems", [GOOD["systems"]] * 20, others)
    assert [c for c, o in found.items() if o is Outcome.failed] == ["keys_against_delivery_before"]


def test_of_two_periods_shares_are_compared_but_not_rows(tmp_path: Path) -> None:
    found = changed(
        tmp_path, "postings", [GOOD["postings"]] * 200, [GOOD["postings"] | {"fiscal_year": None}] * 20, same=False
    )
    assert [c for c, o in found.items() if o is Outcome.failed] == ["values_against_delivery_before"]
    assert found["rows_against_before"] is found["rows_against_delivery_before"] is Outcome.not_applicable


def test_few_rows_say_nothing_of_shares(tmp_path: Path) -> None:
    found = changed(tmp_path, "systems", [GOOD["systems"]] * 9, [GOOD["systems"] | {"user_count": None}] * 9)
    assert Outcome.failed not in found.values()


def test_without_a_delivery_before_nothing_is_compared(tmp_path: Path) -> None:
    found = verdicts(audit_delivery(contract("systems"), delivered(tmp_path, "systems", [GOOD["systems"]])))
    against = {check: outcome for check, outcome in found.items() if "against" in check}
    assert len(against) == 6
    assert set(against.values()) == {Outcome.not_applicable}


@pytest.mark.parametrize(
    ("day", "check"),
    [("2025-06-01", "of_its_period"), ("2024-11-01", "not_of_the_future"), ("2025-01-31", None), (None, None)],
)
def test_postings_are_held_against_the_day_that_the_sender_states(
    tmp_path: Path, day: str | None, check: str | None
) -> None:
    path = delivered(tmp_path, "postings", [GOOD["postings"]] * 20)
    found = verdicts(audit_delivery(contract("postings"), path, business_date=day and date.fromisoformat(day)))
    assert [c for c, o in found.items() if o is Outcome.failed] == ([check] if check else [])
    assert day or found["of_its_period"] is Outcome.not_applicable


@pytest.mark.parametrize(
    ("name", "count", "check"),
    [
        ("Sag 010203-4567 lukket", 1, "no_civil_registration_numbers"),
        ("a.b@example.dk", 2, "names_are_no_mail_addresses"),
        ("a.b@example.dk", 1, None),
        ("320203-4567", 1, None),
    ],
)
def test_personal_data_in_a_wrong_column_is_refused_and_not_shown(
    tmp_path: Path, name: str, count: int, check: str | None
) -> None:
    rows = [GOOD["systems"] | {"system_name": name}] * count + [GOOD["systems"]] * (20 - count)
    results = audit_delivery(contract("systems"), delivered(tmp_path, "systems", rows))
    assert [r.check_id.split(".", 3)[3] for r in results if r.outcome.is_blocking] == ([check] if check else [])
    assert name not in "".join(r.model_dump_json() for r in results)


def test_a_limit_of_the_instance_decides(tmp_path: Path) -> None:
    path = delivered(tmp_path, "systems", [GOOD["systems"]])
    strict = load_limits(EXPECTATIONS) | {"maximum_user_count": 4.0}
    assert verdicts(audit_delivery(contract("systems"), path, limits=strict))["user_count_plausible"] is Outcome.warning


def test_fields_that_the_contract_does_not_give_are_not_asked_for() -> None:
    named = {c for rule in compile_suite(contract("systems")).expectations for c in rule.columns}
    assert named == {*FIELDS["systems"], "administration_code"}


QUALITY: list[tuple[dict[str, Any], Outcome]] = [
    ({"metric": "rowCount", "must_be_greater_than": 3}, Outcome.passed),
    ({"metric": "rowCount", "must_be_greater_than": 4}, Outcome.failed),
    ({"metric": "rowCount", "must_be_between": [5, 9]}, Outcome.failed),
    ({"metric": "nullValues", "column": "user_count", "must_be": 0}, Outcome.failed),
    ({"metric": "nullValues", "column": "user_count"}, Outcome.failed),
    ({"metric": "nullValues", "column": "user_count", "must_be_less_or_equal_to": 1}, Outcome.passed),
    ({"metric": "nullValues", "column": "user_count", "must_be_less_than": 1}, Outcome.failed),
    (
        {"metric": "nullValues", "column": "user_count", "must_be_less_or_equal_to": 25, "unit": "percent"},
        Outcome.passed,
    ),
    ({"metric": "nullValues", "column": "user_count", "must_be_less_than": 25, "unit": "percent"}, Outcome.failed),
    (
        {"metric": "missingValues", "column": "system_name", "arguments": {"missingValues": ["?", None]}, "must_be": 0},
        Outcome.failed,
    ),
    (
        {"metric": "missingValues", "column": "system_name", "arguments": {"missingValues": ["!"]}, "must_be": 0},
        Outcome.passed,
    ),
    (
        {
            "metric": "invalidValues",
            "column": "system_name",
            "arguments": {"validValues": ["A", "B", "?"]},
            "must_be": 0,
        },
        Outcome.passed,
    ),
    (
        {"metric": "invalidValues", "column": "system_name", "arguments": {"validValues": ["A", "B"]}, "must_be": 0},
        Outcome.failed,
    ),
    (
        {"metric": "invalidValues", "column": "system_name", "arguments": {"pattern": "[A-Z]"}, "must_be_less_than": 2},
        Outcome.passed,
    ),
    (
        {"metric": "invalidValues", "column": "system_name", "arguments": {"pattern": "[A-Z]"}, "must_be_less_than": 1},
        Outcome.failed,
    ),
    ({"metric": "duplicateValues", "column": "system_name", "must_be": 0}, Outcome.failed),
    ({"metric": "duplicateValues", "column": "system_name", "must_be_less_than": 3}, Outcome.passed),
    (
        {"metric": "duplicateValues", "arguments": {"properties": ["system_name", "user_count"]}, "must_be": 0},
        Outcome.passed,
    ),
]


@pytest.mark.parametrize(("quality", "outcome"), QUALITY, ids=range(len(QUALITY)))
def test_a_quality_rule_of_the_contract_is_kept(tmp_path: Path, quality: dict[str, Any], outcome: Outcome) -> None:
    names_and_users: list[tuple[str, int | None]] = [("A", 1), ("A", 2), ("B", 3), ("?", None)]
    path = delivered(tmp_path, "systems", [{"system_name": n, "user_count": u} for n, u in names_and_users])
    results = audit_delivery(contract("systems", [quality | {"severity": "critical"}]), path)
    assert next(r for r in results if ".quality_1_" in r.check_id).outcome is outcome


def test_a_quality_rule_that_is_not_critical_warns(tmp_path: Path) -> None:
    path = delivered(tmp_path, "systems", [GOOD["systems"]])
    rule = {"metric": "rowCount", "must_be_greater_than": 5, "description": "More than {five} systems."}
    stated = next(r for r in audit_delivery(contract("systems", [rule]), path) if ".quality_1_" in r.check_id)
    assert (stated.outcome, stated.sentence) == (Outcome.warning, "More than {five} systems: found 1.")


@pytest.mark.parametrize(
    "rule", [{"metric": "nullValues"}, {"metric": "invalidValues", "column": "user_count", "must_be": 0}]
)
def test_a_quality_rule_that_says_too_little_is_a_configuration_error(rule: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"okf\.systems: quality rule"):
        compile_suite(contract("systems", [rule]))


def test_the_version_changes_with_templates_and_limits(tmp_path: Path) -> None:
    copy = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, copy)
    before = delivery_suite_version(expectations=copy)
    assert before == delivery_suite_version()
    assert before != delivery_suite_version(load_limits(copy) | {"maximum_user_count": 1.0})
    (copy / "raw" / "systems.json").write_text("{}")
    assert before != delivery_suite_version(expectations=copy)


def test_an_unreadable_delivery_is_an_error_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "delivery.parquet"
    path.write_bytes(b"not parquet")
    results = audit_delivery(contract("systems"), path)
    assert results
    assert {r.outcome for r in results if "against" not in r.check_id} == {Outcome.error}
