"""The report in a browser: a headless Chromium walks it, and axe-core looks for what keeps people from reading it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.instance import Instance
from pipelines.release.whole import RESTRICTED, open_whole

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")


@pytest.fixture(scope="module")
def folder(released_sample: Instance) -> Path:
    return (released_sample.releases / "current").resolve()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that notes what goes wrong, and every request that is not for a file."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.troubles = []
    opened.on("console", lambda said: opened.troubles.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: opened.troubles.append(str(error)))
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:", "blob:")) else opened.troubles.append(asked.url),
    )
    opened.on("requestfailed", lambda asked: opened.troubles.append(f"not found: {asked.url}"))
    yield opened
    opened.close()


def best_case(folder: Path) -> str:
    with open_whole(folder) as marts:
        row = marts.execute(
            "select candidate_id from mart_business_case where smallest_paying_administration_codes is not null "
            "order by net_present_value_p50_amount desc limit 1"
        ).fetchone()
    assert row is not None
    return f"solutions/{row[0]}.html"


def kinds(folder: Path, language: str) -> list[Path]:
    """One page of each kind in one language."""
    top = folder / "report" / language
    names = [
        "index.html",
        "map.html",
        "investments.html",
        "solutions.html",
        "contracts.html",
        "quality.html",
        "delivery.html",
    ]
    some = [sorted((top / kind).glob("*.html"))[0] for kind in ("map", "quality", "delivery")]
    restricted = sorted((folder / RESTRICTED / "report" / language).glob("*.html"))
    return [*(top / name for name in names), *some, top / best_case(folder), *restricted]


@pytest.mark.parametrize("language", ["", "en"])
def test_pages_load_without_an_error_and_anybody_can_read_them(folder: Path, page: Any, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path in kinds(folder, language):
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        charts = page.locator("figure.chart")
        for number in range(charts.count()):
            charts.nth(number).locator("svg").wait_for(timeout=10_000)
        assert page.troubles == [], path
        found = Axe().run(page, options={"preload": False}).response["violations"]  # else it asks for style sheets
        serious = {v["id"]: v["nodes"][0]["html"][:200] for v in found if v["impact"] in ("serious", "critical")}
        assert serious == {}, path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than the window"


def test_from_the_overview_to_a_system_and_a_case_by_links(folder: Path, page: Any) -> None:
    page.goto((folder / "report" / "index.html").as_uri())
    page.get_by_role("link", name="Kort").click()
    page.locator("table.heat tbody th a").first.click()
    assert page.locator("#systems tbody tr").count() > 0
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Shared solutions").click()
    page.get_by_role("searchbox").fill("zzzz")
    assert page.locator("#candidates tbody tr:visible").count() == 0
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Rank").press("Enter")
    page.get_by_role("button", name="Rank").press("Enter")
    ranks = page.locator("#candidates tbody tr td:first-child data").evaluate_all(
        "all => all.map(d => Number(d.value))"
    )
    assert ranks == sorted(ranks, reverse=True)
    page.locator("#candidates tbody th a").last.click()
    assert page.get_by_role("heading", name="Who and what").count() == 1
    assert page.troubles == []


def test_a_narrow_window_and_paper(folder: Path, page: Any, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    for path in kinds(folder, ""):
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than the window"
    page.goto((folder / "report" / "index.html").as_uri())
    page.pdf(path=str(tmp_path / "overview.pdf"), format="A4")
    assert (tmp_path / "overview.pdf").stat().st_size > 20_000
