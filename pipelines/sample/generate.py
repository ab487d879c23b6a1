"""Draw the invented municipality from a seed and write its files: landing extracts with sidecars, and the truth."""

import random
from pathlib import Path

import yaml

from pipelines.sample.agreements import make_contracts
from pipelines.sample.assessment_files import assessment_extracts
from pipelines.sample.budget_files import budget_extracts
from pipelines.sample.contract_files import contract_extracts
from pipelines.sample.extract import Extract
from pipelines.sample.internal_trade import make_internal
from pipelines.sample.investment_files import investment_extracts
from pipelines.sample.ledger import make_postings
from pipelines.sample.ledger_files import ledger_extracts
from pipelines.sample.products import make_products, make_suppliers
from pipelines.sample.projects import make_projects
from pipelines.sample.system_files import system_extracts
from pipelines.sample.truth import write_truth
from pipelines.sample.uses import make_uses
from pipelines.sample.world import World

DEFAULT_SEED = 101


def make_world(seed: int = DEFAULT_SEED) -> World:
    """Everything there is in the invented municipality; the same seed gives the same world."""
    rng, world = random.Random(seed), World()
    make_suppliers(rng, world)
    make_products(rng, world)
    make_uses(rng, world)
    make_contracts(rng, world)
    make_projects(rng, world)
    make_postings(rng, world, make_internal(rng, world))
    return world


def make_extracts(world: World) -> list[Extract]:
    """Every file that the administrations delivered."""
    makers = (
        system_extracts,
        contract_extracts,
        ledger_extracts,
        budget_extracts,
        investment_extracts,
        assessment_extracts,
    )
    return [extract for make in makers for extract in make(world)]


def write_sample(target: Path, seed: int = DEFAULT_SEED, truth: Path | None = None) -> None:
    """Write the landing files below `target` (an instance folder) and, when asked, the truth into its own folder.

    Files of the same name are replaced, others are left alone. The same seed writes the same bytes.
    """
    world = make_world(seed)
    extracts = make_extracts(world)
    for extract in extracts:
        folder = target / "landing" / extract.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / extract.file_name).write_bytes(extract.content)
        (folder / f"{extract.file_name}.delivery.yml").write_text(_sidecar(extract), encoding="utf-8")
    if truth is not None:
        write_truth(truth, world, extracts)


def _sidecar(extract: Extract) -> str:
    """When the file came, what it is about where its name does not say, and the sender's control totals."""
    content: dict[str, object] = {"received_at": extract.received_at.isoformat()}
    if extract.states_business_date:
        content["business_date"] = extract.business_date
    if extract.control_totals:
        amount = extract.amount_of(accepted=True) + extract.amount_of(accepted=False)
        content["control_totals"] = {"rows": len(extract.numbered()), "amount": f"{amount:.2f}"}
    if extract.note:
        content["note"] = extract.note
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
