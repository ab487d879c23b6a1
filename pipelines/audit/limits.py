"""The limits that suites refer to as parameters: the project's defaults, overridden by the instance. No verdicts."""

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.files import parse_yaml
from pipelines.instance import describe_validation

Limits = dict[str, float | str]  # a date as its ISO text, which is what an expectation compares with


class Limit(BaseModel):
    """One limit of `expectations/limits.yml`: its default, in which unit, and what it decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float | date
    unit: str
    description: str


def load_limits(expectations: Path, instance_limits: Path | None = None) -> Limits:
    """Every limit by name: the value of the instance's `reference/limits.yml`, else the project's default.

    Raises ConfigurationError when either file is faulty, or when the instance sets a limit that the project lacks.
    """
    path = expectations / "limits.yml"
    try:
        defaults = {name: Limit.model_validate(value) for name, value in _mapping(path).items()}
    except ValidationError as error:
        raise ConfigurationError(f"{path} is faulty. {describe_validation(error)}") from error
    chosen = {name: _comparable(limit.value) for name, limit in defaults.items()}
    if instance_limits is not None and instance_limits.is_file():
        chosen |= _overrides(instance_limits, chosen)
    return chosen


def _overrides(path: Path, defaults: Limits) -> Limits:
    found = _mapping(path)
    unknown = sorted(set(found) - set(defaults))
    if unknown:
        raise ConfigurationError(
            f"{path}: unknown limits {unknown}; expected among {sorted(defaults)}. "
            "Correct the names; expectations/limits.yml describes each."
        )
    plain = {
        n: _comparable(v) for n, v in found.items() if isinstance(v, int | float | date) and not isinstance(v, bool)
    }
    wrong = sorted(n for n in found if type(plain.get(n)) is not type(defaults[n]))
    if wrong:
        stated = ", ".join(f"{n}: {defaults[n]}" for n in wrong)
        raise ConfigurationError(f"{path}: {wrong} are not of the kind expected, as in `{stated}`. Correct the file.")
    return plain


def _comparable(value: float | date) -> float | str:
    return value.isoformat() if isinstance(value, date) else float(value)


def _mapping(path: Path) -> dict[str, object]:
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"Cannot read the limits {path}: {error}. Restore or correct the file.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        found = type(content).__name__
        raise ConfigurationError(f"{path}: expected `name: value` lines, found {found}. Correct the file.")
    return content
