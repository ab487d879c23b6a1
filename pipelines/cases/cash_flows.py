"""From quantities to money: the lines of a case, what each is a product of, and its flows by administration and year.

Costs are negative, savings positive; one price year, not discounted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from pipelines.cases.assumptions import SHARES, Assumptions
from pipelines.cases.candidates import Candidate
from pipelines.cases.quantities import COMMON, Quantities, Setting, Uses
from pipelines.cases.rounding import Floats, Oere, share_out, to_oere

Kind = Literal["one_off", "recurring", "avoided", "benefit"]
Value = float | Floats  # of an input: one, or one per draw


@dataclass(frozen=True)
class Term:
    """An amount: sign * scale * quantity * the inputs. A line may have several terms."""

    line_code: str
    kind: Kind
    quantity: str
    inputs: tuple[str, ...] = ()
    scale: float = 1.0
    is_cashable: bool = True

    @property
    def sign(self) -> int:
        return -1 if self.kind in ("one_off", "recurring") else 1

    @property
    def is_common(self) -> bool:
        return self.quantity in COMMON


def _run(line_code: str, share: str) -> tuple[Term, Term]:
    """A part of the shared solution's run cost: per cent of the old cost of what has moved to it, and per cent of that."""
    return (
        Term(line_code, "recurring", "moved_cost_migrated", ("migrated_cost_pct", share), 1e-4),
        Term(line_code, "recurring", "moved_cost_joined", ("joined_cost_pct", share), 1e-4),
    )


TERMS = (
    Term("analysis", "one_off", "start", ("analysis_amount",)),
    Term("tender", "one_off", "start", ("tender_amount",)),
    Term("acquisition", "one_off", "start_replacing", ("acquisition_amount",)),
    Term("development", "one_off", "start_replacing", ("development_amount",)),
    Term("internal_hours", "one_off", "start", ("internal_hours", "hourly_amount")),
    Term("integration", "one_off", "moving_migrated", ("integration_amount_per_system",)),
    Term("migration", "one_off", "moving_migrated", ("migration_amount_per_system",)),
    Term("joining", "one_off", "moving_joined", ("joining_amount_per_system",)),
    Term("training", "one_off", "moving_users", ("training_amount_per_user",)),
    Term("parallel_running", "one_off", "moving_cost", ("parallel_running_months",), 1 / 12),
    Term("decommissioning", "one_off", "moving_migrated", ("decommissioning_amount_per_system",)),
    Term("exit", "one_off", "moving_migrated", ("exit_amount_per_system",)),
    *_run("licence", "licence_share_pct"),
    *_run("hosting", "hosting_share_pct"),
    *_run("maintenance", "maintenance_share_pct"),
    *_run("support", "support_share_pct"),
    Term("management", "recurring", "running", ("management_amount",)),
    Term("avoided_run", "avoided", "moved_cost_migrated"),
    Term("avoided_run", "avoided", "moved_cost_joined"),
    Term("avoided_tender", "avoided", "moving_migrated", ("avoided_tender_amount_per_system",)),
    Term("avoided_tender", "avoided", "moving_joined", ("avoided_tender_amount_per_system",)),
    Term("freed_hours", "benefit", "moved_users", ("freed_hours_per_user", "hourly_amount", "cashable_pct"), 1e-2),
    Term("freed_hours_uncashed", "benefit", "moved_users",
         ("freed_hours_per_user", "hourly_amount", "non_cashable_pct"), 1e-2, is_cashable=False),
)  # fmt: skip
RISK_RESERVE = "risk_reserve"  # per cent of all other one-off lines
LINES = tuple(dict.fromkeys([*(term.line_code for term in TERMS), RISK_RESERVE]))
KINDS: dict[str, Kind] = {term.line_code: term.kind for term in TERMS} | {RISK_RESERVE: "one_off"}
CASHABLE = np.array([all(t.is_cashable for t in TERMS if t.line_code == line) for line in LINES])
ONE_OFF = np.array([KINDS[line] == "one_off" for line in LINES])
COST = np.array([KINDS[line] in ("one_off", "recurring") for line in LINES])
AVOIDED_RUN = LINES.index("avoided_run")
ONCE = ONE_OFF | np.array([line == "avoided_tender" for line in LINES])


def priced(assumptions: Assumptions, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of all inputs that terms name: the drawn or set ones, the fixed splits, and what is left of cashable_pct."""
    fixed: dict[str, Value] = {name: assumptions[name] for name in SHARES}
    return fixed | dict(values) | {"non_cashable_pct": 100 - values["cashable_pct"]}


def factor(term: Term, prices: Mapping[str, Value]) -> Value:
    """What one unit of the term's quantity costs (negative) or saves, in kr.; for each draw where prices are drawn."""
    result: Value = term.sign * term.scale
    for name in term.inputs:
        result = result * prices[name]
    return result


@dataclass(frozen=True)
class Flows:
    """The flows of a case in øre. `own`: (administration, line, year) that each causes itself; `common`: (line, year) of the
    solution as such; `weights`: the key by which common lines are shared, the known yearly cost of today."""

    administrations: tuple[str, ...]
    own: Oere
    common: Oere
    weights: Floats
    has_migrated: tuple[bool, ...]

    @cached_property
    def shared(self) -> Oere:
        """Every administration's flows with its part of the common ones: (administration, line, year)."""
        parts: Oere = self.own + share_out(self.common, self.weights)
        return parts

    @cached_property
    def whole(self) -> Oere:
        """All administrations together: (line, year)."""
        total: Oere = self.own.sum(axis=0) + self.common
        return total


def exact_flows(
    quantities: Quantities, assumptions: Assumptions, values: Mapping[str, float], one_off_factor: float = 1.0
) -> tuple[Floats, Floats]:
    """Flows in kr. before rounding: own (administration, line, year) and common (line, year).

    `quantities`: those of the values' implementation_years. `one_off_factor` makes every one-off line dearer, as scenarios do.
    """
    prices = priced(assumptions, values)
    administrations, years = next(iter(quantities.own.values())).shape
    own = np.zeros((administrations, len(LINES), years))
    common = np.zeros(own.shape[1:])
    for term in TERMS:
        place, price = LINES.index(term.line_code), factor(term, prices)
        if term.is_common:
            common[place] += price * quantities.common[term.quantity]
        else:
            own[:, place] += price * quantities.own[term.quantity]
    for flows in (own, common):
        flows[..., ONE_OFF, :] *= one_off_factor
        reserve = flows[..., ONE_OFF, :].sum(axis=-2) * values["risk_reserve_pct"] / 100
        flows[..., LINES.index(RISK_RESERVE), :] = reserve
    return own, common


def flows_of(candidate: Candidate, setting: Setting, assumptions: Assumptions) -> Flows:
    """The flows of a case as the tables show them: each amount rounded once to the øre."""
    uses = Uses.of(candidate, setting)
    values = assumptions.values
    quantities = Quantities.of(uses, setting, values["implementation_years"])
    own, common = exact_flows(quantities, assumptions, values)
    weights = (uses.owners * uses.costs).sum(axis=1)
    migrated = tuple(bool(any_) for any_ in (uses.owners * uses.is_migrated).sum(axis=1) > 0)
    return Flows(candidate.administrations, to_oere(own), to_oere(common), weights, migrated)
