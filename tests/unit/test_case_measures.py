"""Formulas of business cases on vectors calculated by hand, and against numpy-financial, which nobody here wrote."""

from decimal import Decimal

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cases.assumptions import DiscountRate
from pipelines.cases.loan import annuity, schedule
from pipelines.cases.measures import discount_factors, internal_rate, payback_years, present_value
from pipelines.cases.rounding import as_amount, share_out, to_oere
from tests.cases import REST

BANDS = [DiscountRate.model_validate(row) for row in REST["discount_rates"]]
FLOWS = st.lists(st.integers(-1_000_000, 1_000_000), min_size=2, max_size=12)


def test_discount_factors_follow_the_bands_and_year_zero_counts_whole() -> None:
    factors = discount_factors(BANDS, 72)
    assert factors[0] == 1
    assert factors[1] == pytest.approx(1 / 1.035)
    assert factors[35] == pytest.approx(1.035**-35)
    assert factors[36] == pytest.approx(1 / (1.035**35 * 1.025))
    assert factors[71] == pytest.approx(1 / (1.035**35 * 1.025**35 * 1.015))


def test_present_value_of_three_years_by_hand() -> None:
    """-1000 + 500 / 1.035 + 600 / 1.071225 = -1000 + 483.0918 + 560.1064 = 43.1982."""
    assert present_value(np.array([-1000.0, 500, 600]), discount_factors(BANDS, 2)) == pytest.approx(43.1982, abs=1e-4)


@given(FLOWS)
def test_present_value_agrees_with_numpy_financial(flows: list[int]) -> None:
    found = present_value(np.array(flows, float), discount_factors(BANDS, len(flows) - 1))
    assert found == pytest.approx(npf.npv(0.035, flows), abs=1e-6)


@pytest.mark.parametrize(
    ("flows", "pct", "reason"),
    [
        ([-1000, 1100], 10.0, None),
        ([-1000, 0, 1210], 10.0, None),
        ([-100, 60, 60], 13.0662, None),  # 60 x^2 + 60 x = 100, x = (-60 + sqrt(27600)) / 120 = 0.884437, 1 / x - 1
        ([1000, -1100], 10.0, None),  # a credit has a rate too
        ([100, 200], None, "no_sign_change"),
        ([0, 0], None, "no_sign_change"),
        ([-100, 230, -132], None, "many_sign_changes"),  # 10 % and 20 % both solve it
        ([-1, 100], None, "out_of_range"),  # 9,900 %
    ],
)
def test_internal_rate_by_hand(flows: list[int], pct: float | None, reason: str | None) -> None:
    rate = internal_rate(np.array(flows, float))
    assert rate.reason == reason
    assert rate.pct == (None if pct is None else pytest.approx(pct, abs=1e-3))


@given(st.integers(1, 1_000_000), st.lists(st.integers(1, 300_000), min_size=1, max_size=10))
def test_internal_rate_agrees_with_numpy_financial(cost: int, savings: list[int]) -> None:
    flows = [-cost, *savings]
    rate, theirs = internal_rate(np.array(flows, float)).pct, float(npf.irr(flows))
    if rate is None:
        assert not -0.98 < theirs < 9.9
    else:
        assert rate == pytest.approx(theirs * 100, abs=0.01)


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ([-5.1, *[0.9] * 10], 6),  # published: 5.1 mio. kr. against 0.9 a year, payback 6 years
        ([-0.6, 0.5, 1.0, 1.0], 2),  # published: 0.6 against 1.0, payback 2: with half the effect in the first year
        ([-0.6, 1.0, 1.0], 1),  # the same without phase-in would be 1
        ([-1.2, 0, 0, *[0.3] * 9], 6),  # published: 1.2 against 0.3, payback 6: only with two years before it works
        ([-1.2, *[0.3] * 9], 4),  # and 4 without phase-in
        ([-100, 10, 10], None),
        ([5, -10, 20], 0),
        ([-10, 10], 1),
    ],
)
def test_payback_in_whole_years_with_and_without_phase_in(flows: list[float], years: int | None) -> None:
    assert payback_years(np.rint(np.array(flows) * 100)) == years


def test_the_published_internal_loan() -> None:
    """A committee's item of 25 September 2025: 4,246 t.kr. over 4 years, 1,114 t.kr. a year, interest 209 t.kr. in all.

    Annuity and rate (1.96 %, implied) give 210; the three loans behind it are rounded one by one.
    """
    plan = schedule(424_600_000, 0.0196, 4)
    assert round(plan[0].payment / 100_000) == 1114
    assert sum(row.interest for row in plan) / 100_000 == pytest.approx(209, abs=1.5)
    assert sum(row.repayment for row in plan) == 424_600_000
    assert [row.opening - row.repayment for row in plan][-1] == 0


@given(st.integers(1, 10**11), st.floats(0, 0.2), st.integers(1, 30))
def test_annuity_agrees_with_numpy_financial_and_the_plan_ends_at_nothing(
    principal: int, rate: float, years: int
) -> None:
    rate = 0.0 if rate < 1e-4 else rate
    theirs = -float(npf.pmt(rate, years, principal))
    assert annuity(principal, rate, years) == pytest.approx(theirs, abs=1 + principal * 1e-9)
    plan = schedule(principal, rate, years)
    assert sum(row.repayment for row in plan) == principal
    assert abs(plan[-1].payment - plan[0].payment) <= 60 * years


def test_parts_sum_to_the_whole_by_largest_remainder() -> None:
    """100 øre among 1:1:1 are 34, 33, 33; among 2:1, 67 and 33; nothing to go by shares equally; costs as savings."""
    assert share_out(np.array(100), np.ones(3)).tolist() == [34, 33, 33]
    assert share_out(np.array(100), np.array([2.0, 1])).tolist() == [67, 33]
    assert share_out(np.array(-100), np.ones(3)).tolist() == [-33, -33, -34]
    assert share_out(np.array(7), np.zeros(2)).tolist() == [4, 3]


@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=5),
    st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1, max_size=8),
)
def test_no_oere_is_lost_and_none_is_far_off(wholes: list[int], weights: list[float]) -> None:
    whole, keys = np.array(wholes), np.array(weights)
    parts = share_out(whole, keys)
    assert parts.sum(axis=0).tolist() == wholes
    if keys.sum() > 0:
        assert np.abs(parts - keys[:, None] / keys.sum() * whole).max() <= 1 + 1e-3


def test_amounts_have_two_decimals() -> None:
    assert to_oere(np.array([1.234, -0.005, 2.675])).tolist() == [123, 0, 268]
    assert as_amount(-1205) == Decimal("-12.05")
