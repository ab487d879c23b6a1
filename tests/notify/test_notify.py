"""Alerts, against a mail server and a web server of our own: one message for each cause, with the next step, and no secret."""

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from pipelines.instance import Instance
from pipelines.notify.channels import WEBHOOK
from pipelines.notify.messages import Message, of_failure, of_plan
from pipelines.notify.tell import tell, tell_news

PLAN: dict[str, Any] = {
    "late": [
        {"contract_id": "sof.systems", "sentence": "sof.systems (Systemer): the next was promised by 2026-03-02."}
    ],
    "refused": [
        {
            "contract_id": "tmf.contracts",
            "delivery_id": "d1",
            "file_name": "æ.csv",
            "reason": "expected 'Nr', found 'No'. Deliver again.",
        }
    ],
    "not_taken": ["landing/x/y.csv: expected exactly one contract."],
}


class Mailbox(socketserver.StreamRequestHandler):
    """The least of an SMTP server: it takes everything and keeps it."""

    def handle(self) -> None:
        """One conversation."""
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                kept = []
                while (row := self.rfile.readline()) != b".\r\n":
                    kept.append(row)
                self.server.mails.append(b"".join(kept).decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word.startswith(b"QUIT") else b"250 ok\r\n")
            if word.startswith(b"QUIT"):
                return


class Hook(BaseHTTPRequestHandler):
    """A webhook that keeps what is posted, or refuses it."""

    def do_POST(self) -> None:
        """Keep it."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append(json.loads(content))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mailbox() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.mails = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.posted, server.answer = [], 200  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{server.server_port}/secret-token")
        yield server
        server.shutdown()


def instance(root: Path, mailbox: Any = None) -> Instance:
    settings: dict[str, Any] = {"name": "Prøvekommune", "currency": "DKK", "price_year": 2026}
    if mailbox:
        mail = {
            "host": "127.0.0.1",
            "port": mailbox.server_address[1],
            "sender": "it@example.org",
            "recipients": ["vagt@example.org"],
        }
        settings["notify"] = {"mail": mail}
    (root / "instance.yml").write_text(yaml.safe_dump(settings), "utf-8")
    return Instance.load(root)


def test_each_cause_is_one_message_that_says_what_to_do(tmp_path: Path, mailbox: Any, hook: Any) -> None:
    assert tell_news(instance(tmp_path, mailbox), of_plan(PLAN), pytest.fail) == 3
    assert len(mailbox.mails) == len(hook.posted) == 3
    mails = [email.message_from_string(text, policy=email.policy.default) for text in mailbox.mails]
    assert {str(mail["Subject"]) for mail in mails} == {f"[Prøvekommune] {p['subject']}" for p in hook.posted}
    assert {str(mail["To"]) for mail in mails} == {"vagt@example.org"}
    assert "Ask its sender" in mails[0].get_content()
    assert [p["cause"].split()[0] for p in hook.posted] == ["late", "refused", "not"]
    assert "Ask its sender" in hook.posted[0]["text"]
    assert "portfolio check" in hook.posted[1]["text"]
    assert "found 'No'" in hook.posted[1]["text"]


def test_what_is_known_is_not_told_again_until_it_was_right_in_between(tmp_path: Path, hook: Any) -> None:
    mine = instance(tmp_path)
    assert tell_news(mine, of_plan(PLAN), pytest.fail) == 3
    assert tell_news(mine, of_plan(PLAN), pytest.fail) == 0
    assert tell_news(mine, of_plan(PLAN | {"late": []}), pytest.fail) == 0
    assert tell_news(mine, of_plan(PLAN), pytest.fail) == 1
    assert tell_news(mine, [], pytest.fail) == 0
    assert len(hook.posted) == 4


def test_a_message_that_nobody_took_is_news_again_and_shows_no_secret(tmp_path: Path, hook: Any) -> None:
    mine, said = instance(tmp_path), list[str]()
    hook.answer = 500
    assert tell_news(mine, of_plan(PLAN), said.append) == 0
    assert len(said) == 3
    assert "secret-token" not in " ".join(said)
    hook.answer = 200
    assert tell_news(mine, of_plan(PLAN), said.append) == 3
    assert "secret-token" not in (mine.dagster_home / "told.json").read_text("utf-8")


def test_a_failure_is_told_each_time(tmp_path: Path, hook: Any) -> None:
    mine = instance(tmp_path)
    message = of_failure("audit", "The build did not pass its audit.", "r1")
    assert tell(mine, message, pytest.fail)
    assert tell(mine, message, pytest.fail)
    assert {p["subject"] for p in hook.posted} == {"The nightly refresh failed in step audit"}
    assert "Readers still have the release before" in hook.posted[0]["text"]


def test_without_a_channel_nothing_is_sent_or_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WEBHOOK, raising=False)
    mine = instance(tmp_path)
    assert tell_news(mine, [Message("c", "s", "t")], pytest.fail) == 0
    assert not mine.dagster_home.exists()


def test_the_job_tells_of_the_step_that_failed_and_of_nothing_else(tmp_path: Path, hook: Any) -> None:
    from pipelines.defs.hooks import job_hooks

    @dg.asset
    def release() -> None:
        raise dg.Failure(description="The disk is full. Make room and run again.")

    @dg.asset(deps=[release])
    def postgres() -> None:
        pass

    job = dg.define_asset_job("nightly_refresh", hooks=job_hooks(instance(tmp_path)))
    found = dg.Definitions(assets=[release, postgres], jobs=[job]).resolve_job_def("nightly_refresh")
    assert not found.execute_in_process(raise_on_error=False).success
    assert [p["subject"] for p in hook.posted] == ["The nightly refresh failed in step release"]
    assert "The disk is full. Make room" in hook.posted[0]["text"]
