"""Walk the pages of a release's report by their links, without a browser."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.release.whole import RESTRICTED


class Links(HTMLParser):
    """What a page refers to, its ids, its language, and the exact values of its figures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.values: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        given = dict(attrs)
        self.links += [v for n in ("href", "src") if (v := given.get(n))]
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.values += [given["value"] or ""] if tag == "data" else []
        self.language = given.get("lang") or "" if tag == "html" else self.language


def pages(folder: Path) -> Iterator[Path]:
    yield from sorted([*(folder / "report").rglob("*.html"), *(folder / RESTRICTED / "report").rglob("*.html")])


@cache
def parsed(page: Path) -> Links:
    return Links(page.read_text("utf-8"))


def links_that_resolve(folder: Path) -> int:
    """How many links the pages have; an assertion fails at the first that leads nowhere or out of the release."""
    count = 0
    for page in pages(folder):
        for link in parsed(page).links:
            parts = urlsplit(link)
            assert not parts.scheme, (page, link)
            assert not parts.netloc, (page, link)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file(), (page, link)
            assert target.is_relative_to(folder), (page, link)
            if parts.fragment and target.suffix == ".html":
                assert parts.fragment in parsed(target).ids, (page, link)
            count += 1
    return count
