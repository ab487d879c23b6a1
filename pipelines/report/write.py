"""Write the report of a release: the same pages in each language, what they need beside them, and the rows behind."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.contracts.model import Contract
from pipelines.memory import bounded
from pipelines.release.whole import DATABASE, RESTRICTED, open_whole
from pipelines.report.charting import charting
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
REPORT, ASSETS, WORKBOOK = "report", "assets", "data/portfolio.xlsx"


@dataclass(frozen=True)
class Part:
    """The pages for one circle of readers: for everybody, or for those who may see what is restricted."""

    menu: tuple[tuple[str, str], ...]
    pages: tuple[Pages, ...]
    is_restricted: bool = False

    @property
    def folder(self) -> Path:
        """Where the part lies in a release."""
        return Path(RESTRICTED, REPORT) if self.is_restricted else Path(REPORT)

    @property
    def way_out(self) -> str:
        """From the part's folder to that of the other part."""
        return f"../../{REPORT}" if self.is_restricted else f"../{RESTRICTED}/{REPORT}"

    def opened(self, folder: Path) -> duckdb.DuckDBPyConnection:
        """The tables of a release that the part's readers may see."""
        return open_whole(folder) if self.is_restricted else _open_to_all(folder)


def _open_to_all(folder: Path) -> duckdb.DuckDBPyConnection:
    """What everybody may read, and nothing else: a page cannot show what its connection does not hold."""
    connection = duckdb.connect(str(folder / DATABASE), read_only=True, config=bounded())
    connection.execute("set enable_external_access = false")  # last: it also keeps settings as they are
    return connection


PARTS = (
    Part(
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
    ),
    Part(
        menu=(
            ("index.html", "Support"),
            ("prices.html", "Prices"),
            ("reasons.html", "Reasons against"),
        ),
        pages=(support, prices, reasons),
        is_restricted=True,
    ),
)


def write_report(folder: Path, contracts: Iterable[Contract] = ()) -> int:
    """Write `report/` and `restricted/report/` of a release whose tables are there; returns how many pages there are.

    `contracts`: those in force, for the pages on how to deliver.

    Danish lies in the folder itself, English in `en/`: the same files, so that each page has its other language beside it.
    """
    in_force = tuple(sorted(contracts, key=lambda contract: contract.id))
    with charting() as script:
        return sum(_write_part(folder, part, in_force, script) for part in PARTS)


def _write_part(folder: Path, part: Part, in_force: tuple[Contract, ...], script: Callable[[], str]) -> int:
    place = folder / part.folder
    shutil.copytree(HERE / ASSETS, place / ASSETS)
    with closing(part.opened(folder)) as connection:
        tables = Tables(connection)
        release = tables.row("select * from release")
        sources = [Sources(tables, release, Language(code, release["currency"]), in_force) for code in LANGUAGES]
        return sum(_write_language(place, part, each, script) for each in sources)


def _write_language(folder: Path, part: Part, sources: Sources, script: Callable[[], str]) -> int:
    language = sources.language
    top = folder if language.code == LANGUAGES[0] else folder / language.code
    render = partial(_render, _environment(language), part)
    fetched: set[str] = set()
    count, is_charted = 0, False
    for page in (page for pages in part.pages for page in pages(sources)):
        target = top / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(render(page, sources), "utf-8")
        fetched.update(page.tables)
        count, is_charted = count + 1, is_charted or page.is_charted
    write_rows_behind(sources.tables, sorted(fetched), top / "data", language)
    if is_charted:
        (folder / ASSETS / "vega.js").write_text(script(), "utf-8")
    if not part.is_restricted:
        _write_workbook(sources, folder / WORKBOOK, top / WORKBOOK)
    return count


def _write_workbook(sources: Sources, first: Path, path: Path) -> None:
    """The workbook, which is the same in every language: written with the pages of the first."""
    if path == first:
        write_workbook(sources.tables, path)
    else:
        shutil.copyfile(first, path)


@cache
def _style() -> str:
    return (HERE / ASSETS / "report.css").read_text("utf-8")


@cache  # of both parts: their templates are compiled once
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
    return environment.get_template(page.template).render(
        page.content,
        title=page.title,
        section=page.section,
        menu=part.menu,
        is_restricted=part.is_restricted,
        root=page.root,
        assets=f"{top}{ASSETS}",
        other_language=f"{page.root}en/{page.path}" if is_first else f"{top}{page.path}",
        other_part=f"{top}{part.way_out}" + ("" if is_first else f"/{sources.language.code}"),
        release=sources.release,
        style=_style() if page.is_alone else None,
        charted=page.is_charted,
    )
