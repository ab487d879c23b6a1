"""File names of pages."""

import re


def slug(key: str) -> str:
    """A key of the tables as a file name that every file system takes; different keys stay different."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", key)
