"""How much of what happens when: which systems have moved by which year, for whom. Counts and shares only; no prices."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.cases.assumptions import Assumptions
from pipelines.cases.candidates import Candidate
from pipelines.cases.rounding import Floats

DAYS_PER_YEAR = 365.25
COMMON = ("start", "start_replacing", "running")


@dataclass(frozen=True)
class Setting:
    """When a case happens: year 0 is `first_year`, and years 0 to `horizon` count. `phase_in`: shares by year after moving."""

    first_year: int
    horizon: int
    phase_in: tuple[float, ...]
    unknown_exit_years: float
    unknown_user_count: float

    @classmethod
    def of(cls, assumptions: Assumptions, as_of: date) -> "Setting":
        """The first year is the next one that a budget can be made for."""
        return cls(
            as_of.year + 1,
            int(assumptions["horizon_years"]),
            tuple(pct / 100 for pct in assumptions.phase_in_pct),
            assumptions["unknown_exit_years"],
            assumptions["unknown_user_count"],
        )

    @property
    def years(self) -> Floats:
        return np.arange(self.horizon + 1, dtype=np.float64)


@dataclass(frozen=True)
class Uses:
    """The system uses of a candidate as columns; `owners` has a row of ones and zeros for each administration."""

    owners: Floats
    costs: Floats
    users: Floats
    exits: Floats
    is_migrated: Floats

    @classmethod
    def of(cls, candidate: Candidate, setting: Setting) -> "Uses":
        """Unknown costs count 0: they save nothing. Unknown users and exits are what the assumptions say."""
        codes, uses, start = candidate.administrations, candidate.uses, date(setting.first_year, 1, 1)
        unknown = setting.unknown_exit_years
        return cls(
            np.array([[float(u.administration_code == code) for u in uses] for code in codes]),
            np.array([u.yearly_cost or 0.0 for u in uses]),
            np.array([setting.unknown_user_count if u.user_count is None else float(u.user_count) for u in uses]),
            np.array(
                [
                    unknown if (day := u.earliest_exit_date) is None else max(0.0, (day - start).days / DAYS_PER_YEAR)
                    for u in uses
                ]
            ),
            np.array([float(u.product_id != candidate.kept_product) for u in uses]),
        )


def overlap(years: Floats, begin: Floats, end: Floats) -> Floats:
    """Part of each year [t, t+1] that lies in [begin, end], one row per interval."""
    low, high = np.maximum(years, begin[:, None]), np.minimum(years + 1, end[:, None])
    result: Floats = np.maximum(high - low, 0.0)
    return result


def moving(years: Floats, moves: Floats) -> Floats:
    """Share of a system's move that is done in each year: evenly in the twelve months before it; what were earlier falls in year 0."""
    shares = overlap(years, moves - 1, moves)
    shares[:, 0] += np.maximum(1 - moves, 0.0)
    return shares


def moved(years: Floats, moves: Floats, phase_in: tuple[float, ...]) -> Floats:
    """Share of a year's full effect in each year: the phase-in vector, which begins when the system has moved."""
    shares = np.zeros((len(moves), len(years)))
    for place, share in enumerate(phase_in):
        end = moves + place + 1 if place < len(phase_in) - 1 else np.full(len(moves), np.inf)
        shares += share * overlap(years, moves + place, end)
    return shares


@dataclass(frozen=True)
class Quantities:
    """All that terms multiply, by name: `own` by (administration, year), `common` by year."""

    own: dict[str, Floats]
    common: dict[str, Floats]

    @classmethod
    def of(cls, uses: Uses, setting: Setting, implementation_years: float) -> "Quantities":
        """Those of an implementation of so many years."""
        has_migrated = bool(uses.is_migrated.any())
        return cls(
            own_quantities(uses, setting, implementation_years),
            common_quantities(has_migrated, setting, implementation_years),
        )


def own_quantities(uses: Uses, setting: Setting, implementation_years: float) -> dict[str, Floats]:
    """Quantities that each administration causes itself, by name: (administration, year).

    A system moves when the solution is there and its contract can be left, whichever is later; then the old cost begins to stop.
    """
    years, moves = setting.years, np.maximum(implementation_years, uses.exits)
    begun, done = moving(years, moves), moved(years, moves, setting.phase_in)
    migrated, joined = uses.is_migrated[:, None], 1 - uses.is_migrated[:, None]
    costs, users = uses.costs[:, None], uses.users[:, None]
    by_system = {
        "moving_migrated": begun * migrated,
        "moving_joined": begun * joined,
        "moving_users": begun * migrated * users,
        "moving_cost": begun * migrated * costs,
        "moved_cost_migrated": done * migrated * costs,
        "moved_cost_joined": done * joined * costs,
        "moved_users": done * migrated * users,
    }
    return {name: (uses.owners[:, :, None] * values).sum(axis=1) for name, values in by_system.items()}


def common_quantities(has_migrated: bool, setting: Setting, implementation_years: float) -> dict[str, Floats]:
    """Quantities of the solution as such, whoever joins it, by name: (year,). `has_migrated`: it replaces another product."""
    start = np.zeros(setting.horizon + 1)
    start[0] = 1.0
    running = overlap(setting.years, np.array([implementation_years]), np.array([np.inf]))[0]
    return {"start": start, "start_replacing": start * float(has_migrated), "running": running}
