"""Write the report of a release: the same pages in each language, what they need beside them, and the rows behind."""

import shutil
from functools import partial
from pathlib import Path

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.report.downloads import write_rows_behind
from pipelines.report.language import LANGUAGES, Language
from pipelines.report.names import slug
from pipelines.report.page import Page, Pages, Sources
from pipelines.report.pages.capability_map import capability_map
from pipelines.report.pages.contracts import contracts
from pipelines.report.pages.investments import investments
from pipelines.report.pages.overview import overview
from pipelines.report.pages.quality import quality
from pipelines.report.pages.solutions import solutions
from pipelines.report.released import opened

HERE = Path(__file__).parent
ASSETS = "assets"
MENU = (
    ("index.html", "Overview"),
    ("map.html", "Map"),
    ("investments.html", "Investments"),
    ("solutions.html", "Shared solutions"),
    ("contracts.html", "Contracts"),
    ("quality.html", "Data quality"),
)
PAGES: tuple[Pages, ...] = (overview, capability_map, investments, solutions, contracts, quality)


def write_report(database: Path, folder: Path) -> int:
    """Write all pages made from one DuckDB file of a release into a new folder; returns how many there are.

    Danish lies in the folder itself, English in `en/`: the same files, so that each page has its other language beside it.
    """
    folder.mkdir()
    _write_assets(folder / ASSETS)
    count = 0
    with opened(database) as tables:
        release = tables.row("select * from release")
        for code in LANGUAGES:
            language = Language(code, release["currency"])
            top = folder if code == LANGUAGES[0] else folder / code
            render = partial(_render, _environment(language))
            sources = Sources(tables, release, language)
            fetched: set[str] = set()
            for page in (page for pages in PAGES for page in pages(sources)):
                target = top / page.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(render(page, sources), "utf-8")
                fetched.update(page.tables)
                count += 1
            write_rows_behind(tables, sorted(fetched), top / "data", language)
    return count


def _write_assets(folder: Path) -> None:
    folder.mkdir()
    for path in sorted((HERE / "assets").iterdir()):
        shutil.copy(path, folder / path.name)
    (folder / "vega.js").write_text(vl_convert.javascript_bundle(), "utf-8")


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = slug
    environment.globals.update(
        language=language,
        t=language.text,
        word=language.word,
        words=language.words,
        number=language.number,
        percent=language.percent,
        money=language.money,
        millions=language.millions,
        day=language.day,
        menu=MENU,
    )
    return environment


def _render(environment: Environment, page: Page, sources: Sources) -> str:
    is_first = sources.language.code == LANGUAGES[0]
    up = page.root if is_first else f"{page.root}../"
    return environment.get_template(page.template).render(
        page.content,
        title=page.title,
        section=page.section,
        root=page.root,
        assets=f"{up}{ASSETS}",
        other_language=f"{page.root}en/{page.path}" if is_first else f"{up}{page.path}",
        release=sources.release,
        style=(HERE / "assets" / "report.css").read_text("utf-8") if page.is_alone else None,
        charted=any(isinstance(value, dict) and "$schema" in value for value in page.content.values()),
    )
