"""Investment projects: what is planned, when, from which purse. Their ledger lines are in ledger.py."""

import random
from datetime import date
from decimal import Decimal

from pipelines.sample.catalogue import ADMINISTRATIONS, CAPABILITIES, EVERYWHERE
from pipelines.sample.uses import FOREVER
from pipelines.sample.world import Project, Supplier, Use, World

TITLES = ("Konsolidering af {}", "Udskiftning af {}", "Genudbud af {}", "Ny løsning til {}", "Automatisering inden for {}",
          "Forundersøgelse af {}", "Dataoverblik for {}", "Fælles platform til {}")  # fmt: skip
ROUTES = ("pool", "internal_loan", "multi_year_frame", "own_budget")


def make_projects(rng: random.Random, world: World) -> None:
    """Each administration's projects, in the order of their codes."""
    for code in EVERYWHERE:
        administration = ADMINISTRATIONS[code]
        uses = [u for u in world.uses_of(code) if u.seen_to == FOREVER]
        suppliers = [s for s in world.suppliers if s.is_it]
        for number in range(1, administration.project_count + 1):
            touched = tuple(rng.sample(uses, rng.choice((0, 1, 1, 2, 3))))
            world.projects.append(_project(rng, code, number, touched, rng.choice(suppliers)))


def _project(rng: random.Random, code: str, number: int, uses: tuple[Use, ...], supplier: Supplier) -> Project:
    capability = uses[0].product.capability_code if uses else rng.choice([c for c in CAPABILITIES if c < "05"])
    first, years = rng.randint(2023, 2026), rng.randint(2, 3)
    title = rng.choice(TITLES).format(CAPABILITIES[capability].name.lower())
    plan = tuple((first + n, Decimal(rng.randint(2, 40) * 100_000)) for n in range(years))
    ended = first + years <= 2026
    status = "closed" if ended else rng.choice(("running", "running", "approved", "paused"))
    return Project(
        administration_code=code,
        project_code=f"XA-{ADMINISTRATIONS[code].company_code}-{number:05d}",
        name=title,
        status="idea" if first == 2026 and status == "approved" else status,
        steering_area=rng.choice(("service", "service", "anlaeg")),
        route=rng.choice(ROUTES),
        start_date=date(first, rng.choice((1, 4, 9)), 1),
        end_date=date(first + years - 1, 12, 31),
        capability_code=capability,
        uses=uses,
        supplier=supplier,
        plan=plan,
        yearly_benefit=Decimal(rng.randint(0, 12) * 100_000),
    )
