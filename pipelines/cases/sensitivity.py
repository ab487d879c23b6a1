"""What a case hangs on: each input at its ends (tornado), where it would break even, and scenarios of optimism bias."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.cases.assumptions import Assumptions
from pipelines.cases.candidates import Candidate
from pipelines.cases.cash_flows import CASHABLE, exact_flows
from pipelines.cases.measures import payback_years, present_value
from pipelines.cases.quantities import Quantities, Setting, Uses
from pipelines.cases.rounding import Floats

BENDING = ("implementation_years",)  # the present value is not a straight line in these


@dataclass(frozen=True)
class InputEffect:
    """Net present value in kr. with one input at its ends, and the value at which the case breaks even or why there is none."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    at_low: float
    at_high: float
    break_even: float | None
    break_even_reason: str | None

    @property
    def swing(self) -> float:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class ScenarioEffect:
    """A case in a scenario: net present value in kr., investment, and payback in whole years."""

    name: str
    present_value: float
    payback: int | None


@dataclass(frozen=True)
class Model:
    """One case as a function of its inputs."""

    uses: Uses
    setting: Setting
    assumptions: Assumptions
    factors: Floats

    @classmethod
    def of(cls, candidate: Candidate, setting: Setting, assumptions: Assumptions, factors: Floats) -> "Model":
        """The model of a candidate."""
        return cls(Uses.of(candidate, setting), setting, assumptions, factors)

    def flows(self, values: Mapping[str, float], one_off_factor: float = 1.0) -> Floats:
        """Flows in kr. by line and year, all administrations together, not rounded."""
        quantities = self._quantities(values["implementation_years"])
        own, common = exact_flows(quantities, self.assumptions, values, one_off_factor)
        total: Floats = own.sum(axis=0) + common
        return total

    def _quantities(self, implementation_years: float) -> Quantities:
        """Most inputs move no system in time, so the few lengths of an implementation that come are worked out once."""
        if implementation_years not in self._known:
            self._known[implementation_years] = Quantities.of(self.uses, self.setting, implementation_years)
        return self._known[implementation_years]

    @cached_property
    def _known(self) -> dict[float, Quantities]:
        return {}

    def present_value(self, values: Mapping[str, float]) -> float:
        """Net present value in kr., all benefits counted."""
        return present_value(self.flows(values).sum(axis=0), self.factors)


def input_effects(model: Model) -> list[InputEffect]:
    """Every uncertain input alone at its lowest and highest, the greatest swing first, equal ones by name."""
    values = model.assumptions.values
    base = model.present_value(values)
    effects = [_effect(model, values, base, name) for name in model.assumptions.uncertain]
    return sorted(effects, key=lambda effect: (-effect.swing, effect.name))


def _effect(model: Model, values: dict[str, float], base: float, name: str) -> InputEffect:
    figure = model.assumptions.figures[name]
    low, high = figure.lowest, figure.highest
    at_low, at_high = (model.present_value(values | {name: end}) for end in (low, high))
    broken, reason = _break_even(name, figure.value, base, (at_high - at_low) / (high - low))
    return InputEffect(name, figure.unit, figure.value, low, high, at_low, at_high, broken, reason)


def _break_even(name: str, value: float, base: float, slope: float) -> tuple[float | None, str | None]:
    """Where the straight line through the base case crosses 0: value - NPV / slope."""
    if name in BENDING:
        return None, "not_linear"
    if abs(slope) < 1e-9:
        return None, "no_effect"
    found = value - base / slope
    if found < 0 or (name == "cashable_pct" and found > 100):
        return None, "out_of_range"
    return found, None


def scenario_effects(model: Model) -> list[ScenarioEffect]:
    """The optimism-bias scenarios of the assumptions: dearer one-off lines, and a longer implementation that delays everything.

    HM Treasury, supplementary Green Book guidance on optimism bias (Mott MacDonald 2002).
    """
    values, effects = model.assumptions.values, []
    for row in model.assumptions.optimism_bias:
        years = values["implementation_years"] * (1 + row.delay_pct / 100)
        flows = model.flows(values | {"implementation_years": years}, 1 + row.one_off_pct / 100)
        value = present_value(flows.sum(axis=0), model.factors)
        effects.append(ScenarioEffect(row.name, value, payback_years(flows[CASHABLE].sum(axis=0))))
    return effects
