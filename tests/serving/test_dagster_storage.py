"""Where Dagster keeps runs and events: SQLite beside the instance, or the PostgreSQL that the environment names."""

from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.dagster_home import DAGSTER_POSTGRES, DAGSTER_YAML, POSTGRES_SCHEME, SQLITE_STORAGE, prepare_dagster_home
from pipelines.errors import ConfigurationError
from pipelines.instance import Instance


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    for name in ("DAGSTER_HOME", "PORTFOLIO_INSTANCE", "DO_NOT_TRACK", "GX_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "")  # so that what is set while testing is taken back
    monkeypatch.delenv(DAGSTER_POSTGRES, raising=False)
    (tmp_path / "instance.yml").write_text(
        yaml.safe_dump({"name": "T", "currency": "DKK", "price_year": 2026}), "utf-8"
    )
    return Instance.load(tmp_path)


@dg.asset
def thing() -> None:
    """Something to make."""


def run() -> str:
    """Make it, and return the run's id as Dagster's storage gives it back."""
    with dg.DagsterInstance.get() as dagster_instance:
        assert dg.materialize([thing], instance=dagster_instance).success
        return dagster_instance.get_runs()[0].run_id


def test_runs_and_events_lie_in_the_database_that_the_environment_names(
    instance: Instance, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    monkeypatch.setenv(DAGSTER_POSTGRES, f"{POSTGRES_SCHEME}{parts['user']}@/{parts['dbname']}?host={parts['host']}")
    prepare_dagster_home(instance)
    made = run()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select run_id from runs").fetchall() == [(made,)]
        assert connection.execute("select count(*) from event_logs").fetchone() > (0,)
    said = (instance.dagster_home / "dagster.yaml").read_text("utf-8")
    assert DAGSTER_POSTGRES in said
    assert str(parts["host"]) not in said
    assert not list(instance.dagster_home.rglob("*.db"))


def test_without_it_they_lie_beside_the_instance_where_dagsters_own_class_reads_them(instance: Instance) -> None:
    prepare_dagster_home(instance)
    made = [run(), run()]
    own = SqliteEventLogStorage(str(instance.dagster_home / "history" / "runs"))
    assert {str(e.dagster_event_type) for run_id in made for e in own.get_logs_for_run(run_id) if e.is_dagster_event} >= {
        "DagsterEventType.RUN_START", "DagsterEventType.ASSET_MATERIALIZATION", "DagsterEventType.RUN_SUCCESS",
    }  # fmt: skip
    assert len(own.get_event_records(dg.EventRecordsFilter(dg.DagsterEventType.ASSET_MATERIALIZATION))) == 2


def test_more_runs_are_read_than_databases_are_kept_open(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.defs.event_log.MOST_KEPT", 2)
    prepare_dagster_home(instance)
    made = [run() for _ in range(3)]
    with dg.DagsterInstance.get() as dagster_instance:
        storage = dagster_instance.event_log_storage
        assert all(storage.get_logs_for_run(run_id) for run_id in made)
        storage.wipe()
        assert [storage.get_logs_for_run(run_id) for run_id in made] == [[], [], []]


def test_the_file_of_an_older_version_becomes_the_present_one(instance: Instance) -> None:
    path = instance.dagster_home / "dagster.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DAGSTER_YAML, "utf-8")
    prepare_dagster_home(instance)
    assert path.read_text("utf-8") == DAGSTER_YAML + SQLITE_STORAGE


def test_the_file_follows_the_environment_until_somebody_changes_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = instance.dagster_home / "dagster.yaml"
    monkeypatch.setenv(DAGSTER_POSTGRES, f"{POSTGRES_SCHEME}u@h/d")
    prepare_dagster_home(instance)
    assert yaml.safe_load(path.read_text("utf-8"))["storage"] == {
        "postgres": {"postgres_url": {"env": DAGSTER_POSTGRES}}
    }
    monkeypatch.delenv(DAGSTER_POSTGRES)
    prepare_dagster_home(instance)
    assert path.read_text("utf-8") == DAGSTER_YAML + SQLITE_STORAGE
    path.write_text("# ours\n" + DAGSTER_YAML, "utf-8")
    monkeypatch.setenv(DAGSTER_POSTGRES, f"{POSTGRES_SCHEME}u@h/d")
    prepare_dagster_home(instance)
    assert path.read_text("utf-8").startswith("# ours")


def test_an_address_that_dagster_cannot_use_is_told_without_showing_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DAGSTER_POSTGRES, "postgresql://u:secret@h/d")
    with pytest.raises(ConfigurationError, match=r"expected postgresql\+psycopg2://") as raised:
        prepare_dagster_home(instance)
    assert "secret" not in str(raised.value)
