"""The webserver has no login, so it listens on this machine only unless somebody says otherwise."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import ui
from pipelines.cli import portfolio


@pytest.mark.parametrize(("asked", "host"), [([], "127.0.0.1"), (["--host", "0.0.0.0"], "0.0.0.0")])
def test_the_webserver_listens_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str], host: str
) -> None:
    (tmp_path / "instance.yml").write_text("name: x\ncurrency: DKK\nprice_year: 2026\n", "utf-8")
    started: list[list[str]] = []

    class Ended:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def poll(self) -> int:
            return 0

        def terminate(self) -> None: ...

        def wait(self, timeout: float) -> int:
            return 0

    for name in ("DAGSTER_HOME", "PORTFOLIO_INSTANCE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(subprocess, "Popen", Ended)
    monkeypatch.setattr(ui, "end_dead_runs_of", lambda _: None)
    done = CliRunner().invoke(portfolio, ["--instance", str(tmp_path), "ui", "--port", "0", *asked])
    assert done.exit_code == 0, done.output
    webserver = next(command for command in started if command[0].endswith("dagster-webserver"))
    assert webserver[webserver.index("-h") + 1] == host
