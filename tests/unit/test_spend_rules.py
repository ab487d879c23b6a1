"""Rule files of an instance: the sample's are in order, and a code that does not exist is refused by name."""

import shutil
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.transform.reference import check_references


def instance_with_rules(folder: Path) -> Instance:
    folder.mkdir()
    shutil.copy2(PROJECT_ROOT / "data" / "instance.yml", folder)
    shutil.copytree(PROJECT_ROOT / "data" / "reference", folder / "reference")
    return Instance.load(folder)


def test_the_rules_of_the_sample_are_in_order(tmp_path: Path) -> None:
    check_references(instance_with_rules(tmp_path / "data"))


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        ("spend_rule", ",change,", ",changed,", "expected one of run, change in column spend_kind_code, found 'changed'"),
        ("spend_rule", ",telecom,", ",phones,", "in column cost_pool_code, found 'phones'"),
        ("spend_rule", ",false,", ",maybe,", "expected a boolean in column"),
        ("steering_area_rule", ",anlaeg,", ",anlæg,", "expected one of service, anlaeg, overfoersler in column steering_area_code"),
    ],
)  # fmt: skip
def test_an_outcome_that_does_not_exist_is_refused(
    tmp_path: Path, name: str, right: str, wrong: str, said: str
) -> None:
    instance = instance_with_rules(tmp_path / "data")
    path = instance.reference / f"{name}.csv"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=f"{name}.csv") as raised:
        check_references(instance)
    assert said in str(raised.value)
