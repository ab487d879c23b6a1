"""Assumptions and candidates made by hand, so small that a case can be calculated on paper."""

from datetime import date
from pathlib import Path

import yaml

from pipelines.cases.assumptions import INPUTS, SETTINGS, Assumptions, load_assumptions
from pipelines.cases.candidates import Candidate, SystemUse

AS_OF = date(2026, 11, 22)
PLAIN = {
    "implementation_years": 1.0, "horizon_years": 3, "draw_count": 1000, "seed": 7, "best_count": 10, "unknown_user_count": 0,
    "unknown_exit_years": 0, "confidence_high_pct": 90, "confidence_medium_pct": 60, "overrun_probability_pct": 18,
    "overrun_threshold_pct": 50, "overrun_mean_pct": 447, "loan_years": 4, "loan_rate_pct": 1.96, "licence_share_pct": 55,
    "hosting_share_pct": 20, "maintenance_share_pct": 15, "support_share_pct": 10, "joined_cost_pct": 100,
    "migrated_cost_pct": 50, "analysis_amount": 100, "migration_amount_per_system": 30, "management_amount": 20,
    "risk_reserve_pct": 10,
}  # fmt: skip
SAID = {"source": "made by hand", "owner": "tests", "valid_from": "2020-01-01"}
REST = {
    "phase_in": [{"values_pct": [50, 100], **SAID}],
    "discount_rates": [
        {"from_year": year, "rate_pct": rate, **SAID} for year, rate in ((0, 3.5), (36, 2.5), (71, 1.5))
    ],
    "steering_areas": [{"line_code": "migration", "steering_area_code": "anlaeg", **SAID}],
    "financing_criteria": [
        {"route_code": "internal_loan", "measure": "payback_years", "at_most": 1, **SAID},
        {"route_code": "pool", "measure": "payback_years", "at_most": 6, **SAID},
    ],
    "optimism_bias": [{"name": "capital_upper", "one_off_pct": 200, "delay_pct": 0, **SAID},
                      {"name": "duration_upper", "one_off_pct": 0, "delay_pct": 100, **SAID}],
}  # fmt: skip


def written(values: dict[str, float], ranges: dict[str, tuple[float, float]], **rest: object) -> dict[str, object]:
    """The content of an assumptions file: PLAIN with other values and ranges; what is named in neither is 0."""
    rows = [
        {"name": name, "unit": unit, "value": (PLAIN | values).get(name, 0), **SAID}
        | ({"low": ranges[name][0], "high": ranges[name][1]} if name in ranges else {})
        for name, unit in (INPUTS | SETTINGS).items()
    ]
    return {"assumptions": rows, **REST, **rest}


def assumptions(
    folder: Path,
    ranges: dict[str, tuple[float, float]] | None = None,
    rest: dict[str, object] | None = None,
    **values: float,
) -> Assumptions:
    """Assumptions read from a file of that content."""
    path = folder / "assumptions.yml"
    path.write_text(yaml.safe_dump(written(values, ranges or {}, **(rest or {}))), "utf-8")
    loaded = load_assumptions(path, AS_OF)
    assert loaded is not None
    return loaded


def use(
    administration: str, product: str, cost: float | None, exits: date | None = None, users: int | None = 0
) -> SystemUse:
    """One system use; its id is made of the others."""
    return SystemUse(administration, f"{administration}-{product}", product, users, cost, exits)


def candidate(*uses: SystemUse, name: str = "c1") -> Candidate:
    """A candidate of these uses."""
    return Candidate(name, name, False, tuple(sorted(uses, key=lambda u: (u.administration_code, u.system_id))))


PAIR = candidate(use("a", "p1", 1000.0), use("b", "p2", 400.0))
