"""Limits: the project's defaults, the instance's own, and what is wrong with either."""

from pathlib import Path

import pytest

from pipelines.audit.limits import load_limits
from pipelines.errors import ConfigurationError
from tests.unit.audit_builds import EXPECTATIONS


def override(folder: Path, text: str) -> Path:
    path = folder / "limits.yml"
    path.write_text(text)
    return path


def test_without_a_file_of_its_own_an_instance_has_the_defaults(tmp_path: Path) -> None:
    assert load_limits(EXPECTATIONS, tmp_path / "limits.yml") == load_limits(EXPECTATIONS)
    assert load_limits(EXPECTATIONS, override(tmp_path, "")) == load_limits(EXPECTATIONS)


def test_an_instance_sets_one_limit_and_keeps_the_others(tmp_path: Path) -> None:
    chosen = load_limits(EXPECTATIONS, override(tmp_path, "maximum_user_count: 7\nearliest_date: 1999-01-01\n"))
    assert chosen == load_limits(EXPECTATIONS) | {"maximum_user_count": 7.0, "earliest_date": "1999-01-01"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("maximum_users: 7", "unknown limits \\['maximum_users'\\]"),
        ("maximum_user_count: many", "maximum_user_count: 1000000.0"),
        ("maximum_user_count: true", "maximum_user_count"),
        ("maximum_user_count: 2020-01-01", "maximum_user_count"),
        ("earliest_date: 1999", "earliest_date: 1960-01-01"),
        ("- 1", "expected `name: value`"),
        ("a: [", "Cannot read"),
    ],
)
def test_a_faulty_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = override(tmp_path, text)
    with pytest.raises(ConfigurationError, match=said) as raised:
        load_limits(EXPECTATIONS, path)
    assert str(path) in str(raised.value)


def test_missing_defaults_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Cannot read the limits"):
        load_limits(tmp_path)
