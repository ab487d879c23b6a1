"""Suites of expectations as files in Great Expectations' own form, read without importing it. Nothing is run here."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from pipelines.audit.result import Severity
from pipelines.errors import ConfigurationError
from pipelines.files import parse_yaml
from pipelines.instance import describe_validation

GATES = ("core", "marts")


class Part(BaseModel):
    """Base of the parts of a suite file: unknown names are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Needs(Part):
    """What must be promised for a check to say anything: datasets (`systems`) or fields (`systems.supplier_name`)."""

    needs_all: tuple[str, ...] = ()
    needs_any: tuple[str, ...] = ()

    def missing(self, promised: set[str]) -> tuple[str, ...]:
        """What no contract promises and without which the check does not apply; nothing when it applies."""
        lacking = tuple(name for name in self.needs_all if name not in promised)
        if not lacking and self.needs_any and not promised & set(self.needs_any):
            return self.needs_any
        return lacking


class RuleMeta(Needs):
    """What we add to an expectation: its stable name, and the rule in words. `{limit}` in a sentence is filled in.

    `named_by`: the columns by which an example of a broken row is named, beside the value itself.
    """

    check: str
    sentence: str
    sentence_da: str
    named_by: tuple[str, ...] = ()


class Rule(Part):
    """One expectation, as Great Expectations writes it."""

    type: str
    kwargs: dict[str, JsonValue]
    meta: RuleMeta
    severity: Severity

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation looks at; none for one about the table."""
        single = [self.kwargs[name] for name in ("column", "column_A", "column_B") if name in self.kwargs]
        several = self.kwargs.get("column_list") or []
        return tuple(str(name) for name in [*single, *(several if isinstance(several, list) else [])])

    @property
    def parameters(self) -> tuple[str, ...]:
        """The `$PARAMETER` expressions of the expectation."""
        return tuple(str(v["$PARAMETER"]) for v in self.kwargs.values() if isinstance(v, dict) and "$PARAMETER" in v)


class SuiteMeta(Needs):
    """What stands behind a table, whether it may have no rows all the same, and which columns are compared with the last release."""

    great_expectations_version: str = ""
    may_be_empty: bool = False
    compared_columns: tuple[str, ...] = ()


class Suite(Part):
    """All expectations about one table; the name is `<schema>.<table>`."""

    name: str
    id: str | None = None
    expectations: tuple[Rule, ...]
    meta: SuiteMeta
    notes: str | None = None

    @property
    def schema_name(self) -> str:
        return self.name.partition(".")[0]

    @property
    def table_name(self) -> str:
        return self.name.partition(".")[2]

    def serialised(self) -> dict[str, JsonValue]:
        """The suite in the form that Great Expectations reads and writes."""
        return self.model_dump(mode="json", exclude_defaults=False)


def load_suite(path: Path) -> Suite:
    """One suite file. Raises ConfigurationError when it is faulty or misnamed, or two of its checks share a name."""
    try:
        suite = Suite.model_validate_json(path.read_bytes())
    except (OSError, json.JSONDecodeError) as error:
        raise ConfigurationError(f"Cannot read the suite {path}: {error}. Restore or correct the file.") from error
    except ValidationError as error:
        raise ConfigurationError(f"The suite {path} is faulty. {describe_validation(error)}") from error
    expected = f"{path.parent.name}.{path.stem}"
    if suite.name != expected:
        raise ConfigurationError(f"{path}: expected the name {expected!r}, found {suite.name!r}. Rename suite or file.")
    checks = [rule.meta.check for rule in suite.expectations]
    twice = sorted({check for check in checks if checks.count(check) > 1})
    if twice or not checks:
        raise ConfigurationError(f"{path}: expected checks with different names, found {twice or 'none'}. Correct it.")
    return suite


def load_suites(expectations: Path, gates: tuple[str, ...] = GATES) -> list[Suite]:
    """The suites of `expectations/<gate>/*.json`, by name. Raises ConfigurationError when there are none."""
    suites = [load_suite(path) for gate in gates for path in sorted((expectations / gate).glob("*.json"))]
    if not suites:
        raise ConfigurationError(f"No suite under {expectations}: expected {' and '.join(gates)}/<table>.json files.")
    return sorted(suites, key=lambda suite: suite.name)


def listed_checks(expectations: Path, gates: tuple[str, ...] = GATES) -> set[str]:
    """The checks that `expectations/checks.yml` lists for these gates, as `<gate>.<suite>.<check>`.

    The list stands apart from the suites so that a rule that vanishes from one is missed. Raises ConfigurationError.
    """
    path = expectations / "checks.yml"
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
        return {
            f"{suite}.{check}"
            for suite, checks in content.items()
            if suite.partition(".")[0] in gates
            for check in checks
        }
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"Cannot read the list of checks {path}: {error}. Restore it from the repository."
        ) from error


def load_listed_suite(path: Path) -> Suite:
    """One suite file that has every check which is listed for it. Raises ConfigurationError when one is missing."""
    suite = load_suite(path)
    listed = {c for c in listed_checks(path.parent.parent, (path.parent.name,)) if c.startswith(f"{suite.name}.")}
    lacking = sorted(listed - {f"{suite.name}.{rule.meta.check}" for rule in suite.expectations})
    if lacking:
        raise ConfigurationError(
            f"{path}: expected the checks {lacking}, which expectations/checks.yml lists, found none. Restore them."
        )
    return suite


def in_words(sentence: str, limits: Mapping[str, float | str]) -> str:
    """A rule's sentence with its limits filled in and without its full stop."""
    return sentence.format_map(limits).removesuffix(".")
