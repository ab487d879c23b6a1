"""The links of one build: which supplier spellings and which system uses are the same. The stage's front door.

Decisions of people first, then exact keys (register number, catalogue key), then names: normalised, then similar. Each link
says by which rule it was made, how probable it is, and why, in words. The figures are measured against the sample's truth in
tests/truth.
"""

import json
import shutil
from pathlib import Path

import duckdb

from pipelines.files import fingerprint, fresh_folder, link_or_copy, write_json
from pipelines.instance import Instance
from pipelines.linkage.candidates import find_candidates, prepare_candidates, write_candidates
from pipelines.linkage.decisions import Decision, decisions_file, read_decisions
from pipelines.linkage.names import normalising
from pipelines.linkage.products import link_products
from pipelines.linkage.suppliers import link_suppliers
from pipelines.memory import bounded
from pipelines.transform.build import Build

LINK_VERSION = 9
SOURCES = ("systems", "contracts", "postings")
TABLES = {
    "link_product": "Which system uses are the same product, with probability and reason in words.",
    "link_supplier": "Which spellings are the same supplier, with probability and reason in words.",
    "link_candidate": "Which pairs a person should look at, with probability and reason in words.",
}
OUTCOME = "outcome.json"  # written last: a folder without it is not whole


def make_links(build: Build, instance: Instance) -> list[str]:
    """Write the tables of links into the build's inputs, from links kept for the same inputs when there are some.

    Returns warnings: decisions that name something nobody delivers.
    """
    decisions = read_decisions(instance)
    raw = {n: sorted(p.name for p in build.source(f"raw_{n}").iterdir()) for n in SOURCES}
    folder = instance.links / fingerprint(LINK_VERSION, raw, [d.model_dump() for d in decisions])[:16]
    if not (folder / OUTCOME).exists():
        _remove_half_made(instance.links)
        fresh_folder(folder)
        with duckdb.connect(":memory:", config=bounded(build.work)) as connection:
            normalising(connection)
            prepare_candidates(connection)
            unknown = link_suppliers(connection, build, folder / "link_supplier.parquet", _of(decisions, "supplier"))
            find_candidates(connection, "supplier")
            unknown += link_products(connection, build, folder / "link_product.parquet", _of(decisions, "product"))
            find_candidates(connection, "product")
            write_candidates(connection, str(folder / "link_candidate.parquet"))
        write_json(folder / OUTCOME, {"warnings": [_unknown(d, instance) for d in unknown]})
    for name in TABLES:
        build.source(name).mkdir()
        link_or_copy(folder / f"{name}.parquet", build.source(name) / f"{name}.parquet")
    warnings: list[str] = json.loads((folder / OUTCOME).read_text("utf-8"))["warnings"]
    return warnings


def _remove_half_made(links: Path) -> None:
    """Links that a killed run began, maybe of other inputs."""
    for folder in links.glob("*"):
        if not (folder / OUTCOME).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _of(decisions: tuple[Decision, ...], kind: str) -> list[Decision]:
    return [d for d in decisions if d.kind == kind]


def _unknown(decision: Decision, instance: Instance) -> str:
    return (
        f"{decisions_file(instance).name}: {decision.kind} {decision.left} and {decision.right} ({decision.decision}): expected two "
        "that are delivered, found at most one. The decision waits; remove it if neither comes back."
    )
