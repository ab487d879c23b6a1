"""What time it is: the one place that asks the machine, so that a test can say which day it is. Durations are not measured here."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)
