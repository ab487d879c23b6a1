"""A whole business case on paper, the laws that all cases obey, and its uncertainty."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from pipelines.cases.assumptions import load_assumptions
from pipelines.cases.candidates import Candidate
from pipelines.cases.case import Case, ranked, simulated
from pipelines.cases.cash_flows import LINES
from pipelines.cases.measures import present_value
from pipelines.cases.rows import case_row
from pipelines.cases.simulation import overruns, present_values, stream, triangular, valued
from pipelines.errors import ConfigurationError
from pipelines.instance import PROJECT_ROOT
from tests.cases import AS_OF, PAIR, assumptions, candidate, use, written

SAMPLE = PROJECT_ROOT / "data" / "reference" / "assumptions.yml"
RANGES = {"migrated_cost_pct": (40.0, 90.0), "analysis_amount": (50.0, 300.0), "implementation_years": (0.5, 2.5)}


@pytest.fixture
def pair(tmp_path: Path) -> Case:
    """a keeps its product p1 (1,000 a year), b gives up p2 (400 a year) for half its cost; both may leave at once.

    Year 0: analysis 100, migration 30, reserve 10 % of both. From year 1 management 20; half the effect in year 1, then all.
    """
    return Case.of(PAIR, assumptions(tmp_path), AS_OF)


def line(case: Case, name: str) -> list[list[int]]:
    found: list[list[int]] = case.flows.shared[:, LINES.index(name)].tolist()
    return found


def test_flows_by_hand(pair: Case) -> None:
    """Common costs are shared 1,000 : 400. a: analysis 71.43, b: 28.57."""
    assert pair.setting.first_year == 2027
    assert line(pair, "analysis") == [[-7143, 0, 0, 0], [-2857, 0, 0, 0]]
    assert line(pair, "migration") == [[0, 0, 0, 0], [-3000, 0, 0, 0]]
    assert line(pair, "risk_reserve") == [[-714, 0, 0, 0], [-286 - 300, 0, 0, 0]]
    assert line(pair, "management") == [[0, -1429, -1429, -1429], [0, -571, -571, -571]]
    assert line(pair, "avoided_run") == [[0, 50000, 100000, 100000], [0, 20000, 40000, 40000]]
    assert line(pair, "licence") == [[0, -27500, -55000, -55000], [0, -5500, -11000, -11000]]
    assert pair.yearly.tolist() == [-14300, 8000, 18000, 18000]


def test_measures_by_hand(pair: Case) -> None:
    """NPV = -143 + 80/1.035 + 180/1.035^2 + 180/1.035^3 = -143 + 77.29469 + 168.03193 + 162.34969 = 264.68."""
    assert pair.value == pair.cashable_value == 26468
    assert pair.payback == 2
    assert (pair.investment(), pair.investment("service"), pair.investment("anlaeg")) == (14300, 11300, 3000)
    assert pair.investment("overfoersler") == 0
    assert pair.yearly_effect() == 18000
    assert pair.rate.pct == pytest.approx(71.8307, abs=1e-4)  # -143 + 46.557 + 60.964 + 35.479 = 0
    assert pair.cost_of_ownership_today == 4 * 140000
    # old: year 0 and half of year 1; new: 50 + 55/2..., by difference: today's cost less the sum of all flows
    assert pair.cost_of_ownership == 4 * 140000 - (-14300 + 8000 + 18000 + 18000)


def test_sharing_by_hand(pair: Case) -> None:
    """Alone nobody shares, so the two split the gain by Shapley; a's part of the common cost is 5/7, and it is paid back."""
    common = -110 - 20 * (1 / 1.035 + 1 / 1.035**2 + 1 / 1.035**3)
    assert pair.sharing is not None
    assert pair.sharing.values.tolist() == [0, 0, 0, 26468]
    assert pair.sharing.shapley.tolist() == [13234, 13234]
    assert pair.sharing.smallest == 0b11
    assert pair.values_by_administration.sum() == 26468
    assert pair.values_by_administration[0] == pytest.approx(common * 100 * 5 / 7, abs=1)
    assert pair.compensation is not None
    assert pair.compensation.tolist() == [-pair.values_by_administration[0], pair.values_by_administration[0]]


def test_a_contract_decides_when_its_cost_can_stop(tmp_path: Path) -> None:
    """b's contract can be left after a year and a half: half of migration in year 0, and a quarter of the effect in year 1."""
    late = candidate(
        use("a", "p1", 1000.0), use("b", "p2", 400.0, date(2028, 7, 2))
    )  # 548 / 365.25 years after 2027-01-01
    case = Case.of(late, assumptions(tmp_path), AS_OF)
    assert line(case, "migration")[1] == pytest.approx([-1500, -1500, 0, 0], abs=2)
    assert line(case, "avoided_run")[1] == pytest.approx([0, 10000, 30000, 40000], abs=15)
    never = candidate(use("a", "p1", 1000.0), use("b", "p2", 400.0, date(2040, 1, 1)))
    assert Case.of(never, assumptions(tmp_path), AS_OF).yearly.tolist() == [-11000, -2000, -2000, -2000]


def test_what_is_not_cashable_is_no_budget_gain(tmp_path: Path) -> None:
    """10 users, 2 hours of 50 kr., 30 % cashable: 1,000 a year at full effect, of which 300 count in the budget."""
    people = candidate(use("a", "p1", 1000.0), use("b", "p2", 400.0, users=10))
    known = assumptions(tmp_path, freed_hours_per_user=2, hourly_amount=50, cashable_pct=30)
    case = Case.of(people, known, AS_OF)
    assert line(case, "freed_hours")[1] == [0, 15000, 30000, 30000]
    assert line(case, "freed_hours_uncashed")[1] == [0, 35000, 70000, 70000]
    assert case.yearly_effect() == 18000 + 30000
    assert case.value - case.cashable_value == round(present_value(np.array([0, 35000, 70000, 70000]), case.factors))


def test_unknown_cost_saves_nothing_and_no_known_cost_is_no_case(tmp_path: Path) -> None:
    known = assumptions(tmp_path)
    some = Case.of(candidate(use("a", "p1", 1000.0), use("b", "p2", None)), known, AS_OF)
    assert line(some, "avoided_run")[1] == [0, 0, 0, 0]
    assert line(some, "migration")[1] == [-3000, 0, 0, 0]
    assert some.known_pct("yearly_cost") == 50
    assert some.confidence == "low"
    assert not Case.of(candidate(use("a", "p1", None), use("b", "p2", None)), known, AS_OF).has_figures


def test_route_is_the_first_whose_criteria_hold(pair: Case, tmp_path: Path) -> None:
    assert pair.route.code == "pool"
    assert pair.route.reason == "pool: payback_years 2 (at most 6); criteria not verified."
    dear = Case.of(PAIR, assumptions(tmp_path, analysis_amount=1e6), AS_OF)
    assert dear.route.code is None
    assert "payback_years unknown (at most 6)" in dear.route.reason
    against = Candidate("c", "c", True, PAIR.uses)
    assert Case.of(against, assumptions(tmp_path), AS_OF).route.reason.startswith("A source advises against")


def test_an_input_at_its_break_even_value_leaves_nothing(tmp_path: Path) -> None:
    known = assumptions(tmp_path, RANGES)
    case = Case.of(PAIR, known, AS_OF)
    effects = {e.name: e for e in case.inputs}
    assert [e.swing for e in case.inputs] == sorted((e.swing for e in case.inputs), reverse=True)
    for name in ("migrated_cost_pct", "analysis_amount"):
        broken = effects[name].break_even
        assert broken is not None
        assert case.model.present_value(known.values | {name: broken}) == pytest.approx(0, abs=1e-6)
    assert effects["implementation_years"].break_even_reason == "not_linear"
    assert effects["analysis_amount"].at_low - effects["analysis_amount"].at_high == pytest.approx(250 * 1.1)


def test_scenarios_of_optimism_bias_by_hand(pair: Case) -> None:
    """Three times 143 instead of once; a year's delay moves everything but analysis and its reserve by a year, and off the end."""
    dear, late = pair.scenarios
    assert dear.present_value == pytest.approx(264.68 - 286, abs=0.01)
    assert late.present_value == pytest.approx(-110 - 33 / 1.035 + 80 / 1.035**2 + 180 / 1.035**3, abs=0.01)
    assert late.payback == 3


def test_draws_without_any_range_are_the_case_itself(tmp_path: Path) -> None:
    """All inputs certain, no overrun, no reserve: every draw is the net present value."""
    known = assumptions(tmp_path, overrun_probability_pct=0, risk_reserve_pct=0)
    case = Case.of(PAIR, known, AS_OF)
    draws = present_values(case.candidate, case.setting, known, case.factors)
    assert draws == pytest.approx(case.value / 100, abs=0.01)


def test_a_draw_is_what_the_flows_say_of_its_values(tmp_path: Path) -> None:
    """Looked up between knots or calculated year by year: the same, wherever contracts end and however long it takes."""
    uses = [use(a, f"p{n}", 100.0 * (n + 1), date(2027 + n, 3 * n + 1, 5), 10 * n) for n, a in enumerate("abc")]
    known = assumptions(tmp_path, RANGES, risk_reserve_pct=0, training_amount_per_user=3, parallel_running_months=2)
    case = Case.of(candidate(*uses), known, AS_OF)
    generator = np.random.default_rng(1)
    values = {n: np.full(50, v) for n, v in known.values.items()}
    values |= {n: generator.uniform(low, high, 50) for n, (low, high) in RANGES.items()}
    found = valued(case.candidate, case.setting, known, values, np.ones(50), case.factors)
    exact = [case.model.present_value({n: float(v[i]) for n, v in values.items()}) for i in range(50)]
    assert found == pytest.approx(exact, abs=1e-6)


def test_figures_do_not_depend_on_order_or_company(tmp_path: Path) -> None:
    known = assumptions(tmp_path, RANGES)
    others = [candidate(use("c", f"p{n}", 700.0 + n), use("d", "q", 90.0), name=f"c{n}") for n in range(2, 6)]
    cases = [Case.of(c, known, AS_OF) for c in (PAIR, *others)]
    turned = [
        Case.of(Candidate(c.candidate_id, c.name, False, c.uses), known, AS_OF) for c in (*reversed(others), PAIR)
    ]
    assert dict(zip([c.candidate.candidate_id for c in cases], simulated(cases), strict=True)) == dict(
        zip([c.candidate.candidate_id for c in turned], simulated(turned), strict=True)
    )
    assert ranked(cases) == ranked(turned)
    assert simulated(cases[:1])[0].p50 == simulated(cases)[0].p50


def test_the_best_of_each_draw_are_counted(tmp_path: Path) -> None:
    """With one place and three candidates, the shares of draws sum to 100 per cent and the far best has them all."""
    known = assumptions(tmp_path, RANGES, best_count=1)
    cases = [
        Case.of(candidate(use("a", "p", 10.0 ** (n + 3)), use("b", "q", 10.0 ** (n + 2)), name=str(n)), known, AS_OF)
        for n in range(3)
    ]
    shares = [found.best_pct for found in simulated(cases)]
    assert sum(shares) == pytest.approx(100)
    assert shares[2] > 70


def test_three_points_and_the_tail_are_what_they_say() -> None:
    uniform = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert triangular(uniform, 1, 2, 6).mean() == pytest.approx(3, abs=1e-3)  # (1 + 2 + 6) / 3
    assert triangular(np.array([0.2]), 1, 2, 6)[0] == pytest.approx(2)  # P(x < mode) = 1/5
    tail = overruns(uniform, 0.18, 0.5, 4.47) - 1
    assert (tail > 0).mean() == pytest.approx(0.18, abs=1e-5)
    assert tail[tail > 0].min() == pytest.approx(0.5, abs=1e-4)
    assert np.median(tail[tail > 0]) == pytest.approx(0.5 * 2 ** ((4.47 - 0.5) / 4.47), abs=1e-3)


def test_correlated_inputs_go_together(tmp_path: Path) -> None:
    from pipelines.cases.simulation import uniforms

    names = ["migrated_cost_pct", "analysis_amount"]
    rows = {
        "correlations": [
            {"inputs": names, "share_pct": 60, "source": "hand", "owner": "us", "valid_from": "2020-01-01"}
        ]
    }
    drawn = uniforms(assumptions(tmp_path, RANGES, rows), stream(1, "x"), 50_000)
    assert np.corrcoef(drawn[names[0]], drawn[names[1]])[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(drawn[names[0]], drawn["hourly_amount"])[0, 1] == pytest.approx(0, abs=0.02)
    assert drawn[names[0]].mean() == pytest.approx(0.5, abs=0.01)


def test_the_same_seed_gives_the_same_draws_and_another_does_not(tmp_path: Path) -> None:
    known = assumptions(tmp_path, RANGES)
    first, again = (simulated([Case.of(PAIR, known, AS_OF)]) for _ in range(2))
    assert first == again
    assert simulated([Case.of(PAIR, known.with_values({"seed": 8}), AS_OF)]) != first


def test_what_is_set_changes_the_case_and_an_unknown_name_is_told(pair: Case) -> None:
    changed = Case.of(PAIR, pair.assumptions.with_values({"analysis_amount": 200}), AS_OF)
    assert changed.investment() == pair.investment() + 11000
    with pytest.raises(ConfigurationError, match=r"'analysis': expected one of acquisition_amount, analysis_amount"):
        pair.assumptions.with_values({"analysis": 1})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "surprise"}, "surprise is not known"),
        ({"unit": "øre"}, "expected the unit"),
        ({"value": -1}, "no negative figure"),
        ({"low": 5}, "low <= value <= high"),
        ({"source": ""}, "source"),
        ({"valid_from": "2050-01-01"}, "is missing"),
    ],
)
def test_a_faulty_file_is_told_with_its_fault(tmp_path: Path, change: dict[str, object], said: str) -> None:
    content = written({}, {})
    rows = content["assumptions"]
    assert isinstance(rows, list)
    rows[0] |= change
    path = tmp_path / "assumptions.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_assumptions(path, AS_OF)


def test_the_newest_row_in_force_counts_and_no_file_is_no_assumptions(tmp_path: Path) -> None:
    content = written({}, {})
    rows = content["assumptions"]
    assert isinstance(rows, list)
    rows += [rows[0] | {"value": 500, "valid_from": f"{year}-01-01"} for year in (2026, 2027)]
    rows[-1]["value"] = 900
    path = tmp_path / "assumptions.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    found = {day.year: load_assumptions(path, day) for day in (date(2025, 1, 1), AS_OF, date(2027, 5, 1))}
    assert [f["analysis_amount"] for f in found.values() if f] == [100, 500, 900]
    assert load_assumptions(tmp_path / "none.yml") is None


def test_the_samples_assumptions_are_whole_and_say_what_nobody_verified() -> None:
    known = load_assumptions(SAMPLE, AS_OF)
    assert known is not None
    assert [(r.from_year, r.rate_pct) for r in known.discount_rates] == [(0, 3.5), (36, 2.5), (71, 1.5)]
    assert not any(row.is_verified for row in known.financing_criteria)
    assert {row.route_code for row in known.financing_criteria} == {"pool", "internal_loan", "multi_year_frame"}
    assert set(known.steering_areas) <= set(LINES)


def test_a_short_implementation_is_paid_whole_in_the_first_year(tmp_path: Path) -> None:
    """Half a year: the move is over by mid-year 0, then management runs and half of the half effect is there."""
    case = Case.of(PAIR, assumptions(tmp_path, implementation_years=0.5), AS_OF)
    assert line(case, "migration")[1] == [-3000, 0, 0, 0]
    assert line(case, "avoided_run")[1] == [10000, 30000, 40000, 40000]
    assert case.flows.common[LINES.index("management")].tolist() == [-1000, -2000, -2000, -2000]


def test_the_yearly_effect_holds_nothing_that_happens_once(tmp_path: Path) -> None:
    """b moves in year 3 and then needs no tender of its own: 40, once."""
    late = candidate(use("a", "p1", 1000.0), use("b", "p2", 400.0, date(2030, 7, 2)))
    case = Case.of(late, assumptions(tmp_path, avoided_tender_amount_per_system=40), AS_OF)
    assert line(case, "avoided_tender")[1][-1] > 0
    whole = Case.of(late, assumptions(tmp_path, avoided_tender_amount_per_system=40, horizon_years=9), AS_OF)
    run = sum(
        whole.flows.whole[LINES.index(n), -1] for n in ("licence", "hosting", "maintenance", "support", "management")
    )
    assert whole.yearly_effect() == whole.flows.whole[LINES.index("avoided_run"), -1] + run
    assert (
        case.yearly_effect() == whole.yearly_effect()
    )  # a case that ends before b works in full has the same lasting effect


def test_cost_known_at_one_administration_only_is_no_shared_case() -> None:
    assert candidate(use("a", "p1", 1000.0), use("b", "p2", None)).missing_code == "no_shared_cost"
    assert (
        candidate(use("a", "p1", 1000.0), use("a", "p3", 10.0), use("b", "p2", None)).missing_code == "no_shared_cost"
    )
    assert candidate(use("a", "p1", None), use("b", "p2", None)).missing_code == "no_known_cost"
    assert candidate(use("a", "p1", 1000.0), use("b", "p2", 1.0), use("c", "p2", None)).missing_code is None


def test_what_is_advised_against_comes_last_and_is_never_among_the_best(tmp_path: Path) -> None:
    rows = assumptions(tmp_path, best_count=1)
    good = Case.of(candidate(use("a", "p1", 9000.0), use("b", "p1", 9000.0), name="good"), rows, AS_OF)
    poor = Case.of(candidate(use("a", "p1", 10.0), use("b", "p1", 10.0), name="poor"), rows, AS_OF)
    against = Case.of(replace(good.candidate, candidate_id="against", is_advised_against=True), rows, AS_OF)
    assert ranked([against, poor, good]) == {"good": 1, "poor": 2, "against": 3}
    shares = [d.best_pct for d in simulated([against, poor, good])]
    assert shares[0] == 0
    assert sum(shares) == pytest.approx(100)
    assert case_row(against, 2026, 3, None)["is_advised_against"] is True
    assert not against.route.is_verified


def test_who_only_joins_pays_no_acquisition_alone(tmp_path: Path) -> None:
    """60 for acquisition and 6 of reserve on it: a and c, who keep their product, have neither when b stays away."""
    three = candidate(*PAIR.uses, use("c", "p1", 500.0))
    without = Case.of(three, assumptions(tmp_path), AS_OF).sharing
    bought = Case.of(three, assumptions(tmp_path, acquisition_amount=60), AS_OF).sharing
    assert without is not None
    assert bought is not None
    assert (without.values - bought.values).tolist() == [0, 0, 0, 6600, 0, 0, 6600, 6600]


def test_candidates_that_look_alike_are_not_drawn_alike(tmp_path: Path) -> None:
    known = assumptions(tmp_path, RANGES)
    twin = Candidate("c2", "c2", False, PAIR.uses)
    first, second = simulated([Case.of(PAIR, known, AS_OF), Case.of(twin, known, AS_OF)])
    assert first.p50 != second.p50
