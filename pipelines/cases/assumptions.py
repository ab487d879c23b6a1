"""What business cases assume: reference/assumptions.yml, dated, each row with source and owner. Nothing is calculated here.

A person edits the file without touching code. Which names there are is decided by the code that uses them (INPUTS).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import ConfigurationError
from pipelines.files import parse_yaml
from pipelines.instance import describe_validation

FILE_NAME = "assumptions.yml"
INPUTS: dict[str, str] = {
    "analysis_amount": "kr.", "tender_amount": "kr.", "acquisition_amount": "kr.", "development_amount": "kr.",
    "integration_amount_per_system": "kr. per system", "migration_amount_per_system": "kr. per system",
    "joining_amount_per_system": "kr. per system", "training_amount_per_user": "kr. per user",
    "parallel_running_months": "months", "internal_hours": "hours", "hourly_amount": "kr. per hour",
    "decommissioning_amount_per_system": "kr. per system", "exit_amount_per_system": "kr. per system",
    "risk_reserve_pct": "per cent", "management_amount": "kr. per year",
    "migrated_cost_pct": "per cent", "joined_cost_pct": "per cent",
    "avoided_tender_amount_per_system": "kr. per system", "freed_hours_per_user": "hours per year",
    "cashable_pct": "per cent", "implementation_years": "years",
}  # fmt: skip
SETTINGS: dict[str, str] = {
    "horizon_years": "years", "draw_count": "draws", "seed": "number", "best_count": "candidates",
    "unknown_user_count": "users per system", "unknown_exit_years": "years", "confidence_high_pct": "per cent",
    "confidence_medium_pct": "per cent", "overrun_probability_pct": "per cent", "overrun_threshold_pct": "per cent",
    "overrun_mean_pct": "per cent", "loan_years": "years", "loan_rate_pct": "per cent", "licence_share_pct": "per cent",
    "hosting_share_pct": "per cent", "maintenance_share_pct": "per cent", "support_share_pct": "per cent",
}  # fmt: skip
SHARES = ("licence_share_pct", "hosting_share_pct", "maintenance_share_pct", "support_share_pct")
WHOLE = ("horizon_years", "draw_count", "seed", "best_count", "loan_years")
LIMITS = {
    "horizon_years": (1, 100), "draw_count": (100, 100_000), "loan_years": (1, 100), "best_count": (1, 1000),
    "cashable_pct": (0, 100),
}  # fmt: skip
OVERRUN = "overrun"  # the draw of the fat tail, which may be correlated like an input


class Row(BaseModel):
    """What every row says: where it is from, who answers for it, and since when it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=3)
    owner: str = Field(min_length=2)
    valid_from: date
    is_verified: bool = False


class Assumption(Row):
    """One figure: its value, and between which it may lie (three points) where it is uncertain."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.low is None) != (self.high is None) or not self.lowest <= self.value <= self.highest:
            raise ValueError(f"{self.name}: expected low <= value <= high, or neither low nor high")
        if self.lowest < 0:
            raise ValueError(f"{self.name}: expected no negative figure; the code knows what costs and what saves")
        return self

    @property
    def lowest(self) -> float:
        return self.value if self.low is None else self.low

    @property
    def highest(self) -> float:
        return self.value if self.high is None else self.high


class PhaseIn(Row):
    """Share of the full effect in the first, second ... year after a system has moved; the last holds from then on."""

    values_pct: tuple[float, ...] = Field(min_length=1)


class DiscountRate(Row):
    """Real rate from a year of the case on. The rows of one valid_from are one set of bands."""

    from_year: int = Field(ge=0)
    rate_pct: float = Field(ge=0, le=100)


class SteeringArea(Row):
    """Expenditure frame that a line is paid from."""

    line_code: str
    steering_area_code: Literal["service", "anlaeg", "overfoersler"]


class Criterion(Row):
    """One condition of a financing route: a measure of the case, and how much of it at least or at most."""

    route_code: Literal["pool", "internal_loan", "multi_year_frame"]
    measure: Literal[
        "payback_years",
        "administration_count",
        "investment_amount",
        "yearly_effect_amount",
        "net_present_value_amount",
        "retender_cost_pct",
    ]
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.route_code} {self.measure}: expected one of at_least and at_most")
        return self


class Scenario(Row):
    """An optimism-bias scenario: so much dearer are one-off costs, so much longer does implementation take."""

    name: str
    one_off_pct: float = Field(ge=0)
    delay_pct: float = Field(ge=0)


class Correlation(Row):
    """Inputs that go wrong together: in this share of the draws they lie equally far in their ranges."""

    inputs: tuple[str, ...] = Field(min_length=2)
    share_pct: float = Field(ge=0, le=100)


class AssumptionFile(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    assumptions: tuple[Assumption, ...]
    phase_in: tuple[PhaseIn, ...] = Field(min_length=1)
    discount_rates: tuple[DiscountRate, ...] = Field(min_length=1)
    steering_areas: tuple[SteeringArea, ...] = ()
    financing_criteria: tuple[Criterion, ...] = ()
    optimism_bias: tuple[Scenario, ...] = ()
    correlations: tuple[Correlation, ...] = ()


class Assumptions(BaseModel):
    """What holds on one day. `figures`: every name of INPUTS and SETTINGS."""

    model_config = ConfigDict(frozen=True)

    figures: Mapping[str, Assumption]
    phase_in_pct: tuple[float, ...]
    discount_rates: tuple[DiscountRate, ...]
    steering_areas: Mapping[str, str]
    financing_criteria: tuple[Criterion, ...]
    optimism_bias: tuple[Scenario, ...]
    correlations: tuple[Correlation, ...]

    def __getitem__(self, name: str) -> float:
        return self.figures[name].value

    @property
    def values(self) -> dict[str, float]:
        """The value of every input, by name."""
        return {name: self.figures[name].value for name in INPUTS}

    @property
    def uncertain(self) -> list[str]:
        """The inputs that have a range, by name in order."""
        return sorted(n for n in INPUTS if self.figures[n].lowest < self.figures[n].highest)

    def steering_area(self, line_code: str) -> str:
        """Expenditure frame of a line: service, unless a row says otherwise."""
        return self.steering_areas.get(line_code, "service")

    def with_values(self, changes: Mapping[str, float]) -> "Assumptions":
        """The same with other values; a range that the value leaves is widened to it. Raises ConfigurationError."""
        figures = dict(self.figures)
        for name, value in changes.items():
            if name not in figures:
                raise ConfigurationError(
                    f"Assumption {name!r}: expected one of {', '.join(sorted(figures))}. Correct the name."
                )
            old = figures[name]
            low, high = (None, None) if old.low is None else (min(old.lowest, value), max(old.highest, value))
            figures[name] = _checked(Assumption, old.model_dump() | {"value": value, "low": low, "high": high})
        _check_figures(figures.values(), FILE_NAME)
        return self.model_copy(update={"figures": figures})


def load_assumptions(path: Path, as_of: date | None = None) -> Assumptions | None:
    """The assumptions in force on a day (all the newest when None); None where there is no file. Raises ConfigurationError."""
    if not path.is_file():
        return None
    try:
        found = AssumptionFile.model_validate(parse_yaml(path.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid YAML in UTF-8: {error}. Correct the file.") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path} is faulty. {describe_validation(error)}") from error
    return _in_force(found, path, as_of or date.max)


def _in_force(found: AssumptionFile, path: Path, as_of: date) -> Assumptions:
    figures = {row.name: row for row in _dated(found.assumptions, as_of)}
    _check_figures(figures.values(), str(path))
    unknown = {n for row in found.correlations for n in row.inputs} - set(INPUTS) - {OVERRUN}
    twice = [n for n in (*INPUTS, OVERRUN) if sum(n in row.inputs for row in found.correlations) > 1]
    if unknown or twice:
        raise ConfigurationError(
            f"{path}: correlations name {sorted(unknown) or twice}; expected inputs with a range, each in one row. Correct them."
        )
    rates, phase_in = _dated(found.discount_rates, as_of), _dated(found.phase_in, as_of)
    newest = max((rate.valid_from for rate in rates), default=as_of)
    bands = tuple(sorted((r for r in rates if r.valid_from == newest), key=lambda r: r.from_year))
    if not bands or bands[0].from_year != 0 or not phase_in:
        raise ConfigurationError(
            f"{path}: expected a phase-in and discount rates from year 0 in force on {as_of}, found none. Add the rows."
        )
    return Assumptions(
        figures=figures,
        phase_in_pct=phase_in[-1].values_pct,
        discount_rates=bands,
        steering_areas={row.line_code: row.steering_area_code for row in _dated(found.steering_areas, as_of)},
        financing_criteria=tuple({(r.route_code, r.measure): r for r in _dated(found.financing_criteria, as_of)}.values()),
        optimism_bias=tuple({r.name: r for r in _dated(found.optimism_bias, as_of)}.values()),
        correlations=tuple(_dated(found.correlations, as_of)),
    )  # fmt: skip


AnyRow = TypeVar("AnyRow", bound=Row)


def _dated(rows: Iterable[AnyRow], as_of: date) -> list[AnyRow]:
    """The rows in force by a day, oldest first, so that the newest of a name wins."""
    return sorted((r for r in rows if r.valid_from <= as_of), key=lambda r: r.valid_from)


def _checked(kind: type[Assumption], content: dict[str, object]) -> Assumption:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(f"Assumption {content.get('name')}: {describe_validation(error)}") from error


def _check_figures(figures: Iterable[Assumption], path: str) -> None:
    """Every name is there with the unit that the code calculates in, and no other. Raises ConfigurationError."""
    found, expected = {f.name: f for f in figures}, INPUTS | SETTINGS
    faults = [f"{name} is missing" for name in expected if name not in found]
    faults += [f"{name} is not known" for name in found if name not in expected]
    faults += [
        f"{n}: expected the unit {expected[n]}, found {f.unit}"
        for n, f in found.items()
        if f.unit != expected.get(n, f.unit)
    ]
    faults += [
        f"{n}: expected a whole number, found {found[n].value}" for n in WHOLE if n in found and found[n].value % 1
    ]
    faults += [
        f"{n}: expected {low} to {high}, found {found[n].value}"
        for n, (low, high) in LIMITS.items()
        if n in found and not low <= found[n].lowest <= found[n].highest <= high
    ]
    if not faults and abs(sum(found[n].value for n in SHARES) - 100) > 1e-9:
        faults = [f"{', '.join(SHARES)}: expected 100 per cent together"]
    if not faults and not 0 < found["overrun_threshold_pct"].value < found["overrun_mean_pct"].value:
        faults = ["overrun_threshold_pct: expected more than 0 and less than overrun_mean_pct"]
    if not faults and found["overrun_probability_pct"].value > 100:
        faults = ["overrun_probability_pct: expected at most 100"]
    if faults:
        raise ConfigurationError(f"{path}: {'; '.join(faults)}. Correct the rows; docs/cases.md describes each.")
