"""The suites as files: read, complete, true of the tables that dbt declares, and in Great Expectations' own form."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.audit import tables
from pipelines.audit.delivery import DAYS_BEFORE
from pipelines.audit.engine import engine
from pipelines.audit.limits import load_limits
from pipelines.audit.suites import Suite, in_words, listed_checks, load_suite, load_suites
from pipelines.contracts.catalogue import datasets
from pipelines.errors import ConfigurationError
from tests.unit.audit_builds import EXPECTATIONS, published_columns

SUITES = load_suites(EXPECTATIONS)
TEMPLATES = load_suites(EXPECTATIONS, gates=("raw",))
CHANGES = load_suites(EXPECTATIONS, gates=("change",))
BOTH = [pytest.param(suite, id=suite.name) for suite in [*SUITES, *TEMPLATES, *CHANGES]]
CHANGE_LIMIT = "minimum_compared_count"  # used by the SQL of what is compared
RUNTIME = {"previous_rows": 100.0}


@pytest.mark.parametrize("suite", BOTH)
def test_a_suite_is_what_great_expectations_itself_would_write(suite: Suite) -> None:
    written = json.loads((EXPECTATIONS / f"{suite.name.replace('.', '/')}.json").read_text(encoding="utf-8"))
    native: Any = engine().gx.ExpectationSuite(**json.loads(json.dumps(written)))
    assert native.to_json_dict() == written


@pytest.mark.parametrize("suite", BOTH)
def test_every_parameter_is_a_limit(suite: Suite) -> None:
    limits = load_limits(EXPECTATIONS) | RUNTIME
    names = {n for rule in suite.expectations for p in rule.parameters for n in re.findall(r"[a-z_]{4,}", p)}
    assert names - {"trunc"} <= set(limits)
    for rule in suite.expectations:
        assert "{" not in in_words(rule.meta.sentence, limits) + in_words(rule.meta.sentence_da, limits)


@pytest.mark.parametrize("suite", BOTH)
def test_every_rule_is_said_in_a_sentence_in_both_languages(suite: Suite) -> None:
    for rule in suite.expectations:
        for sentence in (rule.meta.sentence, rule.meta.sentence_da):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
        assert rule.meta.sentence != rule.meta.sentence_da


def test_the_list_of_checks_is_that_of_the_suites() -> None:
    gates = ("core", "marts", "raw", "change")
    written = {f"{s.name}.{rule.meta.check}" for s in load_suites(EXPECTATIONS, gates) for rule in s.expectations}
    assert listed_checks(EXPECTATIONS, gates) == written


def test_every_limit_is_used() -> None:
    assert CHANGE_LIMIT in inspect.getsource(tables)
    text = " ".join(p.read_text(encoding="utf-8") for p in EXPECTATIONS.glob("*/*.json"))
    assert [name for name in load_limits(EXPECTATIONS) if name not in text] == [CHANGE_LIMIT]


@pytest.mark.parametrize("suite", [pytest.param(s, id=s.name) for s in SUITES])
def test_a_suite_is_about_a_table_and_columns_that_dbt_declares(suite: Suite) -> None:
    columns = published_columns()[suite.name]
    named = {column for rule in suite.expectations for column in rule.columns}
    assert named | set(suite.meta.compared_columns) <= set(columns)
    assert not suite.meta.compared_columns or "administration_code" in columns
    promises = set(datasets()) | {f"{name}.{field}" for name, dataset in datasets().items() for field in dataset.fields}
    for part in [suite.meta, *(rule.meta for rule in suite.expectations)]:
        assert {*part.needs_all, *part.needs_any} <= promises


def test_every_mart_has_a_suite() -> None:
    marts = {name for name in published_columns() if name.startswith("marts.")}
    assert marts == {suite.name for suite in SUITES if suite.schema_name == "marts"}


def test_every_dataset_has_a_template_of_its_own_fields() -> None:
    assert {suite.table_name for suite in TEMPLATES} == set(datasets())
    for suite in TEMPLATES:
        named = {column for rule in suite.expectations for column in rule.columns}
        assert named <= set(datasets()[suite.table_name].fields) | {DAYS_BEFORE}


@pytest.mark.parametrize(
    ("promised", "lacking"),
    [({"systems", "contracts"}, ()), ({"contracts"}, ("systems",)), (set(), ("systems",)), ({"systems"}, ("a", "b"))],
)
def test_what_a_suite_needs_decides_whether_it_applies(promised: set[str], lacking: tuple[str, ...]) -> None:
    meta = SUITES[0].meta.model_copy(update={"needs_all": ("systems",), "needs_any": ()})
    if lacking == ("a", "b"):
        meta = meta.model_copy(update={"needs_any": ("a", "b")})
    assert meta.missing(promised) == lacking


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "core.other"}, "expected the name 'core.thing'"),
        ({"expectations": []}, "found none"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_faulty_suite_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    rule = {
        "type": "expect_table_row_count_to_equal",
        "kwargs": {"value": 1},
        "meta": {"check": "one", "sentence": "One.", "sentence_da": "En."},
        "severity": "critical",
    }
    suite = {"name": "core.thing", "id": None, "expectations": [rule], "meta": {}, "notes": None}
    path = tmp_path / "core" / "thing.json"
    path.parent.mkdir()
    path.write_text(json.dumps(suite))
    assert load_suite(path).expectations[0].meta.check == "one"
    path.write_text(json.dumps(suite | change))
    with pytest.raises(ConfigurationError, match=said):
        load_suite(path)
    path.write_text(json.dumps(suite | {"expectations": [rule, rule]}))
    with pytest.raises(ConfigurationError, match="\\['one'\\]"):
        load_suite(path)
