"""What columns are made from is for who looks: a night goes on without it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.defs import models
from pipelines.transform.build import Build


def test_sql_that_cannot_be_read_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(build: Build) -> Any:
        raise TypeError("a Star instead of a Column")

    monkeypatch.setattr(models, "work_out_lineage", fails)
    context: Any = SimpleNamespace(log=SimpleNamespace(info=lambda said: None))
    assert models._worked_out(context, Build(tmp_path)) == {}
    assert "TypeError" in capsys.readouterr().out
