"""One candidate's business case: its flows and everything that is said of them, in øre. No tables, no files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from pipelines.cases.assumptions import Assumptions
from pipelines.cases.candidates import Candidate
from pipelines.cases.cash_flows import (
    AVOIDED_RUN,
    CASHABLE,
    COST,
    LINES,
    ONCE,
    ONE_OFF,
    Flows,
    flows_of,
)
from pipelines.cases.financing import Route, suggest
from pipelines.cases.loan import Instalment, schedule
from pipelines.cases.measures import Rate, discount_factors, internal_rate, payback_years, present_value
from pipelines.cases.quantities import Setting, Uses
from pipelines.cases.rounding import Floats, Oere, fitted
from pipelines.cases.sensitivity import InputEffect, Model, ScenarioEffect, input_effects, scenario_effects
from pipelines.cases.sharing import MAXIMUM_PLAYERS, Sharing, coalition_values, compensation, share
from pipelines.cases.simulation import Distribution, distributions, present_values

REPLACING = [LINES.index("acquisition"), LINES.index("development")]
NO_GAIN, TOO_MANY = "no_gain", "too_many_administrations"
RETENDER_YEARS = 2


@dataclass(frozen=True)
class Case:
    """A business case. Everything is calculated from `flows`, which are rounded to the øre, so that tables add up."""

    candidate: Candidate
    setting: Setting
    assumptions: Assumptions
    flows: Flows

    @classmethod
    def of(cls, candidate: Candidate, assumptions: Assumptions, as_of: date) -> "Case":
        """The case of a candidate at an as-of date. A candidate whose cost is not known enough has none: see `has_figures`."""
        setting = Setting.of(assumptions, as_of)
        return cls(candidate, setting, assumptions, flows_of(candidate, setting, assumptions))

    @property
    def has_figures(self) -> bool:
        return self.candidate.missing_code is None

    @cached_property
    def factors(self) -> Floats:
        return discount_factors(self.assumptions.discount_rates, self.setting.horizon)

    @cached_property
    def yearly(self) -> Floats:
        """All flows by year, in øre."""
        return _floats(self.flows.whole.sum(axis=0))

    @cached_property
    def cashable_yearly(self) -> Floats:
        """The flows that the budget sees by year, in øre."""
        return _floats(self.flows.whole[CASHABLE].sum(axis=0))

    @cached_property
    def value(self) -> int:
        """Net present value, all benefits counted, in øre."""
        return round(present_value(self.yearly, self.factors))

    @cached_property
    def cashable_value(self) -> int:
        """Net present value of what the budget sees, in øre: the gain that purses can share."""
        return round(present_value(self.cashable_yearly, self.factors))

    @cached_property
    def rate(self) -> Rate:
        return internal_rate(self.yearly)

    @cached_property
    def payback(self) -> int | None:
        return payback_years(self.cashable_yearly)

    def investment(self, steering_area: str | None = None) -> int:
        """One-off costs, positive, in øre; of one expenditure frame, or all."""
        return -int(self._of_area(ONE_OFF, steering_area).sum())

    def yearly_effect(self, steering_area: str | None = None) -> int:
        """What is left every year at full phase-in, in øre, without what happens once; cashable only.

        A case may end before all systems have moved for so long: the year looked at is the first that is whole, within it or after.
        """
        return int(self._of_area(CASHABLE & ~ONCE, steering_area, self._settled)[:, -1].sum())

    @cached_property
    def _settled(self) -> Flows:
        """The flows of as many years as it takes until all systems have moved and work in full."""
        exits = Uses.of(self.candidate, self.setting).exits
        whole = ceil(max(self.assumptions["implementation_years"], exits.max())) + len(self.setting.phase_in) - 1
        if whole <= self.setting.horizon:
            return self.flows
        return flows_of(self.candidate, replace(self.setting, horizon=whole), self.assumptions)

    def _of_area(self, lines: NDArray[np.bool_], steering_area: str | None, of: Flows | None = None) -> Oere:
        fits = np.array([steering_area in (None, self.assumptions.steering_area(line)) for line in LINES])
        flows: Oere = (of or self.flows).whole[lines & fits]
        return flows

    @cached_property
    def cost_of_ownership_today(self) -> int:
        """What the systems would cost unchanged over all years of the case, as far as it is known, in øre."""
        known = sum(round((use.yearly_cost or 0.0) * 100) for use in self.candidate.uses)
        return known * (self.setting.horizon + 1)

    @cached_property
    def cost_of_ownership(self) -> int:
        """Total cost of ownership with the shared solution, in øre: its one-off and recurring cost, and the old cost until it stops."""
        return self.cost_of_ownership_today - int(self.flows.whole[AVOIDED_RUN].sum() + self.flows.whole[COST].sum())

    @cached_property
    def values_by_administration(self) -> Oere:
        """Each administration's part of `value`, in øre."""
        return self._parts(self.flows.shared.sum(axis=1), self.value)

    @cached_property
    def cashable_by_administration(self) -> Oere:
        """Each administration's part of `cashable_value`, in øre."""
        return self._parts(self.flows.shared[:, CASHABLE].sum(axis=1), self.cashable_value)

    def _parts(self, yearly: Oere, whole: int) -> Oere:
        return fitted((yearly * self.factors).sum(axis=-1), whole)

    @cached_property
    def compensation(self) -> Oere | None:
        return compensation(self.cashable_by_administration)

    @cached_property
    def sharing(self) -> Sharing | None:
        """How the cashable gain can be shared; None for more administrations than coalitions are counted for."""
        if len(self.candidate.administrations) > MAXIMUM_PLAYERS:
            return None
        common = _floats(self.flows.common[CASHABLE].sum(axis=0))
        reserve = 1 + self.assumptions["risk_reserve_pct"] / 100
        replacing = present_value(_floats(self.flows.common[REPLACING].sum(axis=0)), self.factors) * reserve
        return share(
            coalition_values(
                (self.flows.own[:, CASHABLE].sum(axis=1) * self.factors).sum(axis=1),
                present_value(common, self.factors) - replacing,
                replacing,
                self.flows.has_migrated,
            )
        )

    @property
    def shared_gain(self) -> Sharing | None:
        """How the gain is shared; None where no group of administrations has any, or they are too many to count groups of."""
        return self.sharing if self.sharing and self.sharing.smallest else None

    @property
    def no_sharing_code(self) -> str | None:
        """Why no gain is shared; None where one is."""
        return TOO_MANY if self.sharing is None else None if self.shared_gain else NO_GAIN

    @cached_property
    def retender_cost_pct(self) -> float:
        """Share of the known cost whose contract can be left within two years of the start: what is tendered anew anyway."""
        last = date(self.setting.first_year + RETENDER_YEARS, 1, 1)
        costs = [(u.yearly_cost or 0.0, u.earliest_exit_date) for u in self.candidate.uses]
        soon = sum(cost for cost, leaving in costs if leaving is not None and leaving < last)
        return 100 * soon / (sum(cost for cost, _ in costs) or 1.0)

    @cached_property
    def route(self) -> Route:
        measures = {
            "payback_years": self.payback,
            "administration_count": len(self.candidate.administrations),
            "investment_amount": self.investment() / 100,
            "yearly_effect_amount": self.yearly_effect() / 100,
            "net_present_value_amount": self.value / 100,
            "retender_cost_pct": self.retender_cost_pct,
        }
        return suggest(self.assumptions.financing_criteria, measures, self.candidate.is_advised_against)

    def loan(self, principal: int) -> list[Instalment]:
        """The internal loan that would pay an investment (øre), nominal."""
        return schedule(principal, self.assumptions["loan_rate_pct"] / 100, int(self.assumptions["loan_years"]))

    @cached_property
    def model(self) -> Model:
        return Model.of(self.candidate, self.setting, self.assumptions, self.factors)

    @cached_property
    def inputs(self) -> list[InputEffect]:
        return input_effects(self.model)

    @cached_property
    def scenarios(self) -> list[ScenarioEffect]:
        return scenario_effects(self.model)

    def known_pct(self, field: str) -> float:
        """Share of the system uses of which a field is known, in per cent."""
        uses = self.candidate.uses
        return 100 * sum(getattr(use, field) is not None for use in uses) / len(uses)

    @property
    def confidence(self) -> str:
        """high, medium or low: by the least known of cost, users and exit dates, against the assumptions' limits."""
        least = min(self.known_pct(field) for field in ("yearly_cost", "user_count", "earliest_exit_date"))
        if least >= self.assumptions["confidence_high_pct"]:
            return "high"
        return "medium" if least >= self.assumptions["confidence_medium_pct"] else "low"


def _floats(oere: Oere) -> Floats:
    return oere.astype(np.float64)


def simulated(cases: Sequence[Case]) -> list[Distribution]:
    """What the draws say of each case, in order; all must have figures. What is advised against is never among the best."""
    best = int(cases[0].assumptions["best_count"]) if cases else 0
    values = [present_values(c.candidate, c.setting, c.assumptions, c.factors) for c in cases]
    return distributions(values, best, np.array([not c.candidate.is_advised_against for c in cases]))


def ranked(cases: Sequence[Case]) -> dict[str, int]:
    """Rank of each case that has figures by net present value, 1 first; equal ones by candidate id. What is advised against comes last."""
    ordered = sorted(
        (c for c in cases if c.has_figures),
        key=lambda c: (c.candidate.is_advised_against, -c.value, c.candidate.candidate_id),
    )
    return {case.candidate.candidate_id: place for place, case in enumerate(ordered, 1)}
