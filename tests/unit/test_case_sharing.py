"""Sharing a gain: Shapley shares, the core, coalitions and compensation, on games calculated by hand and by laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cases.sharing import coalition_values, compensation, least_total, shapley, share

# by coalition: nobody, 1, 2, 12, 3, 13, 23, 123
HAND = np.array([0.0, 0, 0, 90, 0, 80, 70, 120])
GAINS = st.integers(0, 100_000)


def game(one: int, two: int, three: int, pair: int, other: int, last: int, whole: int) -> np.ndarray:
    return np.array([0.0, one, two, pair, three, other, last, whole])


def test_shapley_of_three_players_by_hand() -> None:
    """Player 1: 0/3 + 90/6 + 80/6 + (120 - 70)/3 = 45; player 2: 90/6 + 70/6 + (120 - 80)/3 = 40; player 3: 35."""
    assert shapley(HAND) == pytest.approx([45, 40, 35])


@given(st.tuples(*[GAINS] * 7))
def test_shapley_is_efficient(values: tuple[int, ...]) -> None:
    assert shapley(game(*values)).sum() == pytest.approx(values[-1], abs=1e-6)


@given(GAINS, GAINS, GAINS, GAINS, GAINS)
def test_shapley_is_symmetric(one: int, three: int, pair: int, other: int, whole: int) -> None:
    """Players 1 and 2 bring the same to every coalition."""
    shares = shapley(game(one, one, three, pair, other, other, whole))
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)


@given(GAINS, GAINS, GAINS)
def test_who_adds_nothing_gets_nothing(one: int, two: int, pair: int) -> None:
    assert shapley(game(one, two, 0, pair, one, two, pair))[2] == pytest.approx(0, abs=1e-6)


def test_the_core_of_the_hand_game_is_one_point_and_shapley_is_outside() -> None:
    """x3 <= 120 - 90, x2 <= 120 - 80, x1 <= 120 - 70 leave 50 + 40 + 30 = 120 alone; by Shapley, 1 and 2 get 85 instead of 90."""
    sharing = share(HAND * 100)
    assert sharing.core is not None
    assert sharing.core.tolist() == [5000, 4000, 3000]
    assert not sharing.is_shapley_in_core
    assert sharing.shapley.tolist() == [4500, 4000, 3500]
    assert share(np.append(HAND[:-1], 119) * 100).core is None


@given(st.tuples(*[GAINS] * 7))
def test_a_core_is_found_exactly_where_balanced_collections_allow_it(values: tuple[int, ...]) -> None:
    """The balanced collections of three players are known: 1+2+3, 12+3, 13+2, 23+1, and half of 12+13+23 (Shapley 1967)."""
    one, two, three, pair, other, last, whole = values
    most = max(one + two + three, pair + three, other + two, last + one, (pair + other + last) / 2)
    sharing = share(game(*values))
    assert (sharing.core is not None) == (most <= whole)
    assert least_total(game(*values)).sum() == pytest.approx(max(most, whole), abs=1)
    if sharing.core is not None:
        assert sharing.core.sum() == whole
        totals = [sum(x for bit, x in enumerate(sharing.core.tolist()) if c >> bit & 1) for c in range(8)]
        assert all(total >= gain - 3 for total, gain in zip(totals, game(*values), strict=True))


@pytest.mark.parametrize("players", [2, 5, 7, 10])
def test_where_everybody_gains_a_fair_sharing_exists(players: int) -> None:
    """Own gains against one fixed cost make a convex game: its Shapley shares are in the core (Shapley 1971)."""
    own = np.arange(1, players + 1) * 1_000.0
    sharing = share(coalition_values(own, -own.sum() / 2, 0.0, (False,) * players))
    assert sharing.core is not None
    assert sharing.is_shapley_in_core
    assert sharing.shapley.sum() == sharing.gains[-1] == round(own.sum() / 2)


def test_coalitions_pay_the_common_cost_once_and_replacing_only_where_somebody_replaces() -> None:
    """Own 50, 30, 40; common -60, and -10 more where player 2 or 3, who replace a product, are in."""
    values = coalition_values(np.array([50.0, 30, 40]), -60.0, -10.0, (False, True, True))
    assert values.tolist() == [0, 0, 0, 10, 0, 20, 0, 50]
    sharing = share(values)
    assert sharing.gains.tolist() == [0, 0, 0, 10, 0, 20, 0, 50]
    assert sharing.smallest == 0b101  # 1 and 3: of the pairs that pay the one that gains most
    assert share(np.array([0.0, -5, -5, -1])).smallest == 0


@pytest.mark.parametrize(
    ("values", "paid"),
    [
        ([300, -100, 100], [-75, 100, -25]),
        ([100, 200], [0, 0]),
        ([100, -100], None),
        ([-5, -5], None),
        ([100, 100, 100, -100], [-33, -33, -34, 100]),
    ],
)
def test_compensation_makes_up_for_losses_and_sums_to_nothing(values: list[int], paid: list[int] | None) -> None:
    found = compensation(np.array(values))
    assert (None if found is None else sorted(found.tolist())) == (None if paid is None else sorted(paid))
    if found is not None:
        assert found.sum() == 0
        assert ((np.array(values) + found) >= 0).all()
