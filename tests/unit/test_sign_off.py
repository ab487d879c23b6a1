"""`portfolio sign-off`: an administration's word on a figure, recorded once, with the value that was looked at and no name."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import portfolio
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.instance import Instance
from pipelines.sign_off import read_sign_offs, sign_off_file

RELEASE = "20261101T013000Z-0a1b2c3d"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """An instance with a release of two figures of okf, one of them unknown."""
    (tmp_path / "instance.yml").write_text("name: Prøveby\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    found = Instance.load(tmp_path)
    (found.releases / RELEASE).mkdir(parents=True)
    (found.releases / "current").symlink_to(RELEASE)
    (found.releases / RELEASE / "release.json").write_text("{}", "utf-8")
    with duckdb.connect(str(found.releases / RELEASE / "marts.duckdb")) as marts:
        marts.execute(
            "create table mart_sign_off (administration_code varchar, figure_code varchar, figure_value decimal(18,2))"
        )
        marts.execute(
            "insert into mart_sign_off values ('okf', 'yearly_cost', 1234.50), ('okf', 'it_spend_2025', null)"
        )
    return found


def run(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(portfolio, ["--instance", str(instance.root), "sign-off", *arguments])


def said(by: str = "kontorchef", why: str = "Stemmer med regnskabet") -> tuple[str, ...]:
    return ("--by", by, "--why", why)


def test_a_figure_is_recorded_once_with_its_value_and_the_release_it_was_seen_in(instance: Instance) -> None:
    done = run(instance, "okf", "yearly_cost", "--sign", *said())
    assert done.exit_code == 0, done.output
    assert f"okf yearly_cost 1,234.50 of {RELEASE}: signed, recorded" in done.output
    assert "known before" in run(instance, "okf", "yearly_cost", "--release", RELEASE, "--sign", *said()).output
    (row,) = read_sign_offs(instance)
    assert (row.administration_code, row.figure_code, row.release_id, str(row.figure_value)) == (
        "okf", "yearly_cost", RELEASE, "1234.50",
    )  # fmt: skip
    assert (row.decision_code, row.decided_by_role_name, row.decision_reason) == (
        "signed", "kontorchef", "Stemmer med regnskabet",
    )  # fmt: skip


def test_a_second_word_on_the_same_day_is_refused_and_the_file_kept(instance: Instance) -> None:
    run(instance, "okf", "yearly_cost", "--sign", *said())
    before = sign_off_file(instance).read_bytes()
    done = run(instance, "okf", "yearly_cost", "--dispute", *said())
    assert isinstance(done.exception, PortfolioError)
    assert "found it signed today" in str(done.exception)
    assert sign_off_file(instance).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("okf", "yearly_kost"), "'yearly_kost' of 'okf'"),
        (("okf", "it_spend_2025"), "found yearly_cost"),
        (("kff", "yearly_cost"), "administrations: okf"),
        (("okf", "yearly_cost", "--release", "20260101T000000Z-00000000"), "expected the id of a release"),
    ],
)
def test_what_cannot_be_signed_says_what_can(instance: Instance, arguments: tuple[str, ...], expected: str) -> None:
    done = run(instance, *arguments, "--sign", *said())
    assert isinstance(done.exception, PortfolioError)
    assert expected in str(done.exception)
    assert not sign_off_file(instance).exists()


@pytest.mark.parametrize(
    ("by", "why"),
    [("Torkild Pilehegnet", "ok"), ("it@example.org", "ok"), ("kontorchef", "Spørg 010190-1234"), (" ", "ok"), ("kontorchef", " ")],
)  # fmt: skip
def test_what_is_published_names_no_person(instance: Instance, by: str, why: str) -> None:
    done = run(instance, "okf", "yearly_cost", "--sign", *said(by, why))
    assert isinstance(done.exception, ConfigurationError)
    assert "Pilehegnet" not in str(done.exception)
    assert "010190" not in str(done.exception)
    assert not sign_off_file(instance).exists()


def test_a_file_filled_in_by_hand_is_held_against_the_same_rules(instance: Instance) -> None:
    run(instance, "okf", "yearly_cost", "--sign", *said())
    path = sign_off_file(instance)
    header, row = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join([header, row, row, row.replace("kontorchef", "Ane Holm").replace("signed", "ok")]) + "\n", "utf-8"
    )
    with pytest.raises(ConfigurationError) as error:
        read_sign_offs(instance)
    assert f"{path}, line 3" in str(error.value)
    assert f"{path}, line 4" in str(error.value)
    assert "Ane Holm" not in str(error.value)
