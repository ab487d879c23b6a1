"""Send what is news, once. What is already known to be wrong is not told again until it has been right in between."""

import json
from collections.abc import Callable, Iterable

from pipelines.files import write_json
from pipelines.instance import Instance
from pipelines.notify.channels import Channel, channels
from pipelines.notify.messages import Message

FILE_NAME = "told.json"


def tell_news(instance: Instance, messages: Iterable[Message], say: Callable[[str], None]) -> int:
    """Send those whose cause has not been told since it was last gone; returns how many. Never raises for a channel.

    `messages`: all causes of today, so that what is not among them counts as mended. A message that no channel took is news again
    the next time. `say` hears of channels that failed, by name only: an address may be secret.
    """
    ways = channels(instance)
    path = instance.dagster_home / FILE_NAME
    known = set(json.loads(path.read_text("utf-8"))) if path.is_file() else set()
    today = list(messages)
    news = [message for message in today if message.cause not in known]
    untold = {m.cause for m in news if not _sent(instance, ways, m, say)}
    if ways:
        write_json(path, sorted({m.cause for m in today} - untold))
    return len(news) - len(untold)


def tell(instance: Instance, message: Message, say: Callable[[str], None]) -> bool:
    """Send one message now, known or not; true when some channel took it."""
    return _sent(instance, channels(instance), message, say)


def _sent(instance: Instance, ways: list[Channel], message: Message, say: Callable[[str], None]) -> bool:
    taken = False
    for way in ways:
        try:
            way.send(instance.settings.name, message)
            taken = True
        except OSError as error:
            say(f"The message '{message.subject}' could not be sent by {way.name} ({type(error).__name__}).")
    return taken
