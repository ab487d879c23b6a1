"""The Dagster UI as a data engineer meets it, asked through its own GraphQL: what it shows, a job launched, a burst of files."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster_graphql import DagsterGraphQLClient

from pipelines.defs.jobs import JOB_NAME
from pipelines.ingest.archive import Archive
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.pointer import all_releases
from tests.conftest import environment_of_its_own

pytestmark = pytest.mark.slow
LOCATION, REPOSITORY = "pipelines.definitions", "__repository__"
SELECTOR = {"repositoryLocationName": LOCATION, "repositoryName": REPOSITORY}
REFUSED = "systemer_2026-11-20.csv"
BURST = ("systemer_2026-11-21.csv", "kontrakter_2026-11-21.csv")


@dataclass(frozen=True)
class Server:
    """A running `portfolio ui`, its port, and what it has said."""

    instance: Instance
    port: int
    said: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        content: dict[str, Any] = found["data"]
        return content

    def runs(self) -> list[dict[str, Any]]:
        """Every run, newest first."""
        found = self.ask("{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }")
        runs: list[dict[str, Any]] = found["runsOrError"]["results"]
        return runs


def wait_for(what: Callable[[], Any], seconds: float, every: float = 1.0) -> Any:
    """The first answer that is something."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"nothing after {seconds:.0f} s"
        time.sleep(every)
    return found


@pytest.fixture(scope="module")
def server(released_sample: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ui")
    shutil.copytree(released_sample.root, folder / "data", symlinks=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli", "--instance", str(folder / "data"), "ui", "--port", str(port)]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment_of_its_own(), stdout=said, stderr=said, start_new_session=True
        )
        try:
            made = Server(Instance.load(folder / "data"), port, folder / "said.txt")
            wait_for(lambda: answers(made), 180)
            yield made
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def answers(server: Server) -> bool:
    """Whether the webserver is there."""
    try:
        return bool(server.ask("{ version }"))
    except OSError:
        return False


def deliver(instance: Instance, name: str, like: str, *, header: str = "") -> None:
    """A file in sof's folder with another's content but its last row, and with another first line when `header` is given."""
    lines = (instance.landing / "sof" / like).read_bytes().splitlines(keepends=True)[:-1]
    target = instance.landing / "sof" / name
    target.write_bytes(b"".join([header.encode("cp1252") + b"\r\n", *lines[1:]] if header else lines))
    target.with_name(name + ".done").touch()


def test_the_graph_loads_whole_and_without_a_warning(server: Server) -> None:
    """The daemon that retries dead runs warns at its first start that it has never looked before; nothing else may."""
    found = server.ask(
        """{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus
        locationOrLoadError { __typename } } } }
        assetNodes { assetKey { path } groupName description owners { ... on TeamAssetOwner { team } } kinds
        dependencyKeys { path } hasAssetChecks } }"""
    )
    (entry,) = found["workspaceOrError"]["locationEntries"]
    assert (entry["loadStatus"], entry["locationOrLoadError"]["__typename"]) == ("LOADED", "RepositoryLocation")
    nodes = {tuple(n["assetKey"]["path"]): n for n in found["assetNodes"]}
    assert len(nodes) > 150
    assert {n["groupName"] for n in nodes.values()} >= {"s1_landing", "s2_raw", "s7_marts", "s9_release"}
    assert all(n["description"] and n["kinds"] and n["owners"] for n in nodes.values())
    assert ["raw", "sof", "systems"] in [n["assetKey"]["path"] for n in found["assetNodes"]]
    said = [line for line in server.said.read_text("utf-8").splitlines() if "EventLogConsumer" not in line]
    assert not [line for line in said if "WARNING" in line or "Error" in line]


def test_a_job_launched_here_ends_in_a_release_and_a_refused_file_in_a_failed_check(server: Server) -> None:
    before = {m["release_id"] for m in all_releases(server.instance)}
    deliver(server.instance, REFUSED, "systemer_2026-10-31.csv", header="Noget;helt;andet")
    client = DagsterGraphQLClient("127.0.0.1", port_number=server.port)
    run_id = client.submit_job_execution(JOB_NAME, LOCATION, REPOSITORY, run_config={})
    ended = wait_for(
        lambda: (s := client.get_run_status(run_id).value) in ("SUCCESS", "FAILURE", "CANCELED") and s, 400
    )
    assert ended == "SUCCESS", server.said.read_text("utf-8")[-3000:]
    (made,) = {m["release_id"] for m in all_releases(server.instance)} - before
    assert (server.instance.releases / "current").resolve().name == made
    check = server.ask(
        """query($key: AssetKeyInput!) { assetCheckExecutions(assetKey: $key, checkName: "deliveries_accepted", limit: 1)
        { status evaluation { success severity description } } }""",
        key={"path": ["raw", "sof", "systems"]},
    )["assetCheckExecutions"][0]
    assert check["evaluation"]["success"] is False
    assert check["evaluation"]["severity"] == "WARN"
    assert REFUSED in check["evaluation"]["description"]


def test_a_burst_of_files_starts_one_run(server: Server) -> None:
    before = {run["runId"] for run in server.runs()}
    selector = {**SELECTOR, "sensorName": "new_delivery"}
    server.ask("mutation($s: SensorSelector!) { startSensor(sensorSelector: $s) { __typename } }", s=selector)
    for name, like in zip(BURST, ("systemer_2026-10-31.csv", "kontrakter_2026-10-31.csv"), strict=True):
        deliver(server.instance, name, like)
    wait_for(lambda: len(server.runs()) > len(before), 300, every=2)
    ended = ("SUCCESS", "FAILURE", "CANCELED")
    wait_for(lambda: all(run["status"] in ended for run in server.runs()), 400, every=2)
    time.sleep(65)  # one look more of the sensor, which must not ask again
    (run,) = [run for run in server.runs() if run["runId"] not in before]
    assert run["status"] == "SUCCESS"
    assert {"key": "dagster/sensor_name", "value": "new_delivery"} in run["tags"]
    taken = {delivery.file_name for delivery in Archive(server.instance.archive).deliveries()}
    assert taken >= set(BURST)
