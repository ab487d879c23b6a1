"""Budgets, investments and assessments as values, before any file shape. Actuals are sums of the ledger's own lines."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.sample.catalogue import (
    ADMINISTRATIONS,
    CAPABILITIES,
    EVERYWHERE,
    IT_COST_CENTRES,
    LAST_DATE,
    cost_centre,
)
from pipelines.sample.ledger import IT_FUNCTION
from pipelines.sample.uses import FOREVER
from pipelines.sample.world import Project, Use, World

MEASURES = ("adopted", "adjusted", "actual", "committed", "forecast")
DIMENSIONS = ("business_support", "technical_state", "documentation", "economy", "contracts", "security")
ASSESSORS = ("Systemejer", "Enterprisearkitekt", "Informationssikkerhedskoordinator", "Kontraktejer")


@dataclass(frozen=True)
class BudgetLine:
    """One account or project, year and version with its five measures in kr.; None is unknown."""

    administration_code: str
    key: str
    name: str
    year: int
    version: str
    function_code: str
    dranst_code: str
    cost_centre: str
    project_code: str
    amounts: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class InvestmentLine:
    """One project, year and line in kr."""

    project: Project
    year: int
    version: str
    line_code: str
    amount: Decimal


@dataclass(frozen=True)
class Assessment:
    """One score."""

    use: Use
    dimension: str
    score: Decimal
    day: date
    assessor: str
    comment: str


def rounded(value: float, step: int = 1000) -> Decimal:
    """A planned amount: nobody plans øre."""
    return Decimal(round(value / step) * step)


def spent(world: World, day: date) -> dict[tuple[str, str, int], Decimal]:
    """What the ledgers hold up to a day, by administration, budget line (project, else cost centre) and year."""
    totals: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for p in world.postings:
        if p.posting_date <= day:
            line = p.project_code or cost_centre(p.administration_code, p.cost_centre)
            totals[p.administration_code, line, p.posting_date.year] += p.amount
    return totals


def budget_lines(world: World, day: date) -> list[BudgetLine]:
    """The follow-up of all administrations as it stood on a day: years gone by, the running year, and the next."""
    actuals, whole = spent(world, day), spent(world, LAST_DATE)
    lines = []
    for code in EVERYWHERE:
        for name in IT_COST_CENTRES:
            key = cost_centre(code, name)
            lines += [_budget_line(code, key, name, year, day, actuals, whole, None) for year in range(2024, 2028)]
        for project in world.projects:
            if project.administration_code == code:
                years = [year for year, _ in project.plan if year >= 2024]
                lines += [
                    _budget_line(code, project.project_code, project.name, y, day, actuals, whole, project)
                    for y in years
                ]
    return lines


def _budget_line(
    code: str, key: str, name: str, year: int, day: date, actuals: dict[tuple[str, str, int], Decimal],
    whole: dict[tuple[str, str, int], Decimal], project: Project | None,
) -> BudgetLine:  # fmt: skip
    rng = random.Random(f"budget {key} {year}")
    months = 10 if year == 2026 else 12
    base = float(whole.get((code, key, min(year, 2026)), Decimal(0))) * 12 / (10 if year >= 2026 else 12)
    adopted = dict(project.plan)[year] if project else rounded(base * rng.uniform(0.88, 1.12))
    adjusted = rounded(float(adopted) * rng.uniform(0.95, 1.1))
    actual = actuals.get((code, key, year), Decimal(0))
    amounts: tuple[Decimal | None, ...]
    if year > day.year:
        amounts = (adopted, None, None, None, None)
    elif year < day.year:
        amounts = (adopted, adjusted, actual, Decimal(0), None)
    else:
        elapsed = min(day.month, months)
        forecast = None if rng.random() < 0.1 else rounded(float(actual) * 12 / elapsed * rng.uniform(0.95, 1.05))
        amounts = (adopted, adjusted, actual, rounded(float(adopted) * rng.uniform(0, 0.08)), forecast)
    version = f"R{year}" if year < day.year else f"{day:%Y-%m}" if year == day.year else f"B{year}"
    dranst = "3" if project and project.steering_area == "anlaeg" else "1"
    centre = cost_centre(code, "Digitalisering") if project else key
    return BudgetLine(
        code, key, name, year, version, IT_FUNCTION, dranst, centre, project.project_code if project else "", amounts
    )


def investment_lines(world: World, code: str, day: date) -> list[InvestmentLine]:
    """Plans, financing, what was spent and what is gained, project by project, as it stood on a day."""
    actuals = spent(world, day)
    version = f"{day:%Y-%m}"
    lines: list[InvestmentLine] = []
    for project in world.projects:
        if project.administration_code != code:
            continue
        rng = random.Random(f"investment {project.project_code}")
        for year, frame in project.plan:
            adjusted = rounded(float(frame) * rng.uniform(0.95, 1.2))
            given = {"plan_adopted": frame, "plan_adjusted": adjusted, "financing": frame}
            if year <= day.year:
                given["actual"] = actuals.get((code, project.project_code, year), Decimal(0))
            if year == day.year:
                given["committed"] = rounded(float(frame) * rng.uniform(0, 0.2))
            if year >= day.year:
                given["forecast"] = rounded(float(adjusted) * rng.uniform(0.9, 1.2))
            lines += [InvestmentLine(project, year, version, line, amount) for line, amount in given.items()]
        lines += _benefits(project, version)
    return lines


def _benefits(project: Project, version: str) -> list[InvestmentLine]:
    """Half the yearly gain in the first year after the project, all of it from the second; a fifth cannot be cashed."""
    lines = []
    for number, share in enumerate((Decimal("0.5"), Decimal(1), Decimal(1)), start=1):
        year = project.end_date.year + number
        gain = project.yearly_benefit * share
        if gain:
            lines.append(InvestmentLine(project, year, version, "benefit_cashable", gain * Decimal("0.8")))
            lines.append(InvestmentLine(project, year, version, "benefit_non_cashable", gain * Decimal("0.2")))
    return lines


def assessments(world: World, code: str) -> list[Assessment]:
    """Scores of some systems on most dimensions; what nobody assessed is not there."""
    rng = random.Random(f"assessments {code}")
    uses = [u for u in world.uses_of(code) if u.seen_to == FOREVER]
    found = []
    for use in rng.sample(uses, len(uses) // 3):
        day = date(rng.choice((2025, 2026)), rng.randint(1, 9), rng.randint(1, 28))
        level = rng.uniform(1.8, 4.4)
        for dimension in DIMENSIONS:
            if rng.random() < 0.85:
                score = Decimal(round(min(5.0, max(1.0, rng.gauss(level, 0.7))) * 2)) / 2
                comment = (
                    f"Vurderet i forhold til {CAPABILITIES[use.product.capability_code].name.lower()}."
                    if score <= 2
                    else ""
                )
                found.append(Assessment(use, dimension, score, day, rng.choice(ASSESSORS), comment))
    return found


def administration_short(code: str) -> str:
    """The abbreviation that people use: ØKF for okf."""
    return {"okf": "ØKF"}.get(code, ADMINISTRATIONS[code].code.upper())
