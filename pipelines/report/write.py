"""Write the report of a release: the same pages in each language, what they need beside them, and the rows behind."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.contracts.model import Contract
from pipelines.release.whole import DATABASE, RESTRICTED, open_whole
from pipelines.report.downloads import write_rows_behind, write_workbook
from pipelines.report.language import LANGUAGES, Language
from pipelines.report.names import slug
from pipelines.report.page import Page, Pages, Sources
from pipelines.report.pages.capability_map import capability_map
from pipelines.report.pages.contracts import contracts
from pipelines.report.pages.delivery import delivery
from pipelines.report.pages.investments import investments
from pipelines.report.pages.overview import overview
from pipelines.report.pages.quality import quality
from pipelines.report.pages.restricted import prices, reasons, support
from pipelines.report.pages.solutions import solutions
from pipelines.report.released import Tables

HERE = Path(__file__).parent
REPORT, ASSETS = "report", "assets"


@dataclass(frozen=True)
class Part:
    """The pages for one circle of readers. `way_out`: from the part's folder to that of the other part."""

    menu: tuple[tuple[str, str], ...]
    pages: tuple[Pages, ...]
    way_out: str
    opened: Callable[[Path], duckdb.DuckDBPyConnection]
    has_workbook: bool = False


def _open_to_all(folder: Path) -> duckdb.DuckDBPyConnection:
    """What everybody may read, and nothing else: a page cannot show what its connection does not hold."""
    return duckdb.connect(str(folder / DATABASE), read_only=True, config={"enable_external_access": "false"})


PARTS = {
    Path(REPORT): Part(
        menu=(
            ("index.html", "Overview"),
            ("map.html", "Map"),
            ("investments.html", "Investments"),
            ("solutions.html", "Shared solutions"),
            ("contracts.html", "Contracts"),
            ("quality.html", "Data quality"),
            ("delivery.html", "Deliver"),
        ),
        pages=(overview, capability_map, investments, solutions, contracts, quality, delivery),
        way_out=f"../{RESTRICTED}/{REPORT}",
        opened=_open_to_all,
        has_workbook=True,
    ),
    Path(RESTRICTED) / REPORT: Part(
        menu=(
            ("index.html", "Support"),
            ("prices.html", "Prices"),
            ("reasons.html", "Reasons against"),
        ),
        pages=(support, prices, reasons),
        way_out=f"../../{REPORT}",
        opened=open_whole,
    ),
}


def write_report(folder: Path, contracts: Iterable[Contract] = ()) -> int:
    """Write `report/` and `restricted/report/` of a release whose tables are there; returns how many pages there are.

    `contracts`: those in force, for the pages on how to deliver.

    Danish lies in the folder itself, English in `en/`: the same files, so that each page has its other language beside it.
    """
    in_force = tuple(sorted(contracts, key=lambda contract: contract.id))
    return sum(_write_part(folder, where, part, in_force) for where, part in PARTS.items())


def _write_part(folder: Path, where: Path, part: Part, in_force: tuple[Contract, ...]) -> int:
    (folder / where).mkdir()
    _write_assets(folder / where / ASSETS)
    with closing(part.opened(folder)) as connection:
        tables = Tables(connection)
        release = tables.row("select * from release")
        return sum(
            _write_language(
                folder / where, part, Sources(tables, release, Language(code, release["currency"]), in_force)
            )
            for code in LANGUAGES
        )


def _write_language(folder: Path, part: Part, sources: Sources) -> int:
    language = sources.language
    top = folder if language.code == LANGUAGES[0] else folder / language.code
    render = partial(_render, _environment(language), part)
    fetched: set[str] = set()
    count = 0
    for page in (page for pages in part.pages for page in pages(sources)):
        target = top / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(render(page, sources), "utf-8")
        fetched.update(page.tables)
        count += 1
    write_rows_behind(sources.tables, sorted(fetched), top / "data", language)
    if part.has_workbook:
        write_workbook(sources.tables, top / "data" / "portfolio.xlsx")
    return count


def _write_assets(folder: Path) -> None:
    folder.mkdir()
    for path in sorted((HERE / "assets").iterdir()):
        shutil.copy(path, folder / path.name)
    (folder / "vega.js").write_text(_charting(), "utf-8")


@cache
def _charting() -> str:
    """Vega-Lite with what it needs, as one script without a network."""
    import vl_convert  # heavy, and needed nowhere else

    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]  # whose stub asks for what has a default


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
    )
    return environment


def _render(environment: Environment, part: Part, page: Page, sources: Sources) -> str:
    is_first = sources.language.code == LANGUAGES[0]
    top = page.root if is_first else f"{page.root}../"
    content: dict[str, Any] = page.content
    return environment.get_template(page.template).render(
        content,
        title=page.title,
        section=page.section,
        menu=part.menu,
        is_restricted=part.opened is open_whole,
        root=page.root,
        assets=f"{top}{ASSETS}",
        other_language=f"{page.root}en/{page.path}" if is_first else f"{top}{page.path}",
        other_part=f"{top}{part.way_out}" + ("" if is_first else f"/{sources.language.code}"),
        release=sources.release,
        style=(HERE / "assets" / "report.css").read_text("utf-8") if page.is_alone else None,
        charted=any(isinstance(value, dict) and "$schema" in value for value in content.values()),
    )
