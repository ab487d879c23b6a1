"""The ways a message goes out: mail by SMTP, and a webhook. What is secret comes from the environment and is never shown."""

import json
import os
import smtplib
import ssl
import urllib.request
from email.message import EmailMessage
from typing import Protocol

from pipelines.instance import Instance, MailSettings
from pipelines.notify.messages import Message

SMTP_USER, SMTP_PASSWORD = "PORTFOLIO_SMTP_USER", "PORTFOLIO_SMTP_PASSWORD"
WEBHOOK = "PORTFOLIO_WEBHOOK_URL"
SECONDS = 20


class Channel(Protocol):
    """A way to reach somebody. `send` raises OSError when it cannot."""

    name: str

    def send(self, instance_name: str, message: Message) -> None:
        """Carry one message."""


class Mail:
    """A mail to the recipients of `notify.mail`; with TLS and a login where they are asked for."""

    name = "mail"

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, instance_name: str, message: Message) -> None:
        """Send it. smtplib's errors are OSErrors."""
        mail = EmailMessage()
        mail["Subject"] = " ".join(f"[{instance_name}] {message.subject}".split())
        mail["From"], mail["To"] = self._settings.sender, ", ".join(self._settings.recipients)
        mail.set_content(message.text)
        with smtplib.SMTP(self._settings.host, self._settings.port, timeout=SECONDS) as server:
            if self._settings.starttls:
                server.starttls(context=ssl.create_default_context())
            if user := os.environ.get(SMTP_USER):
                server.login(user, os.environ.get(SMTP_PASSWORD, ""))
            server.send_message(mail)


class Webhook:
    """A POST of JSON (`text`, and its parts) to the address in the environment: Teams, Slack, Mattermost or one's own."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, instance_name: str, message: Message) -> None:
        """Post it; anything but 2xx is an OSError."""
        parts = {"instance": instance_name, "cause": message.cause, "subject": message.subject}
        content = {"text": f"[{instance_name}] {message.subject}\n{message.text}", **parts}
        request = urllib.request.Request(  # noqa: S310  the operator's own address
            self._url, json.dumps(content).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            pass


def channels(instance: Instance) -> list[Channel]:
    """The ways that this instance has been given; none is no fault."""
    mail = instance.settings.notify.mail
    url = os.environ.get(WEBHOOK)
    return [*([Mail(mail)] if mail else []), *([Webhook(url)] if url else [])]
