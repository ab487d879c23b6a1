"""Great Expectations' own pages (Data Docs) of one audit, as static files that load nothing from the network.

What Great Expectations 1.24 writes fetches styles, scripts and logos from content networks, and its index page is made by
one of those scripts. Here the pages get a short style of their own, and the index is written as plain HTML.
"""

import re
import shutil
from datetime import UTC, datetime
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from pipelines.audit.engine import Engine
from pipelines.audit.result import AuditRecord, Outcome

SITE = "audit"
REMOVED = re.compile(
    r"<script\b.*?</script>"
    r"|<link\b[^>]*href=\"https?://[^>]*>"
    r"|<img\b[^>]*src=\"https?://[^>]*>"
    r"|url\('https?://[^)]*\)"
    r"|<a\b[^>]*href=\"https?://[^\"]*\"[^>]*>.*?</a>",
    re.DOTALL,
)
SUITE_LINK = re.compile(r"<a href=\"[^\"]*expectations/[^\"]*\"[^>]*>(.*?)</a>", re.DOTALL)
STYLE = """<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 75rem; color: #1d2733; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border: 1px solid #d5dbe1; padding: .35rem .6rem; text-align: left; vertical-align: top; }
.top, .modal, .collapse, .navbar-brand, .btn, .fixed-bottom, footer { display: none; }
.text-success, .good { color: #1a7f37; } .text-danger, .bad { color: #b42318; }
.fa-check-circle::before { content: "\\2713"; } .fa-times::before { content: "\\2717"; }
.fa-exclamation-triangle::before { content: "!"; }
</style></head>"""


def build_docs(engine: Engine, results: list[Any], build_id: str, folder: Path) -> None:
    """Write the pages of `results` (what Great Expectations gave for each suite) to `folder`/index.html."""
    shutil.rmtree(folder, ignore_errors=True)
    context = engine.gx.get_context(mode="ephemeral")
    for result in results:
        _store(context, result, build_id)
    context.add_data_docs_site(site_name=SITE, site_config=_site(folder))
    context.build_data_docs(site_names=[SITE])
    for page in folder.rglob("*.html"):
        text = SUITE_LINK.sub(r"\1", REMOVED.sub("", page.read_text(encoding="utf-8")))
        page.write_text(text.replace("</head>", STYLE, 1), encoding="utf-8")
    shutil.rmtree(folder / "static", ignore_errors=True)
    (folder / "index.html").write_text(_index(results, build_id, folder), encoding="utf-8")


def missing_pages(record: AuditRecord, folder: Path) -> list[str]:
    """What is not there of the pages of a build that passed: the index, and a page for every suite of which something was shown."""
    shown = {
        c.check_id.rsplit(".", 1)[0]
        for c in record.checks
        if c.kind == "great_expectations" and c.gate == "build" and c.outcome in (Outcome.passed, Outcome.warning)
    }
    missing = [] if (folder / "index.html").is_file() else ["index.html"]
    pages = {name: folder / "validations" / name.replace(".", "/") for name in sorted(shown)}
    return missing + [name for name, place in pages.items() if not any(place.rglob("*.html"))]


def _index(results: list[Any], build_id: str, folder: Path) -> str:
    """A page with one row per table: how many expectations hold, and the way to its own page."""
    rows = []
    for result in sorted(results, key=lambda r: str(r.suite_name)):
        page = next((folder / "validations" / result.suite_name.replace(".", "/")).rglob("*.html"))
        held, all_of_them = result.statistics["successful_expectations"], result.statistics["evaluated_expectations"]
        rows.append(
            f'<tr><td><a href="{escape(page.relative_to(folder).as_posix())}">{escape(result.suite_name)}</a></td>'
            f'<td class="{"good" if held == all_of_them else "bad"}">{held} of {all_of_them} hold</td></tr>'
        )
    title = f"Expectations on build {escape(build_id)}"
    table = f"<table><tr><th>Table</th><th>Expectations</th></tr>{''.join(rows)}</table>"
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{STYLE}'
    return f"{head}<body><h1>{title}</h1>{table}</body></html>\n"


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _store(context: Any, result: Any, build_id: str) -> None:
    """Keep one result in the context, as a run named after the build."""
    identifiers = import_module("great_expectations.data_context.types.resource_identifiers")
    run_identifier = import_module("great_expectations.core.run_identifier").RunIdentifier
    result.meta["run_id"] = run_identifier(run_name=build_id, run_time=datetime.now(UTC))
    suite = identifiers.ExpectationSuiteIdentifier(name=result.suite_name)
    key = identifiers.ValidationResultIdentifier(
        expectation_suite_identifier=suite, run_id=result.meta["run_id"], batch_identifier=result.batch_id
    )
    context.validation_results_store.store_validation_results(
        suite_validation_result=result, suite_validation_result_identifier=key, expectation_suite_identifier=suite
    )
