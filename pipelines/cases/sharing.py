"""Sharing a common gain among administrations: what every group could do alone, Shapley shares, the core, compensation.

A game is an array of gains by coalition; coalition number c holds the players whose bits are set, so 0 is nobody.
"""

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import NDArray

from pipelines.cases.rounding import Floats, Oere, fitted

MAXIMUM_PLAYERS = 10  # 1,023 coalitions; each further player doubles them
TOLERANCE = 0.5  # øre: what floating point may leave


def membership(players: int) -> NDArray[np.bool_]:
    """Who is in which coalition: (2^players, players)."""
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)


def coalition_values(own: Floats, common: float, replacing: float, has_migrated: tuple[bool, ...]) -> Floats:
    """Net present value of every coalition: its members' own, and the solution's common value once.

    `replacing` is that part of the common value which falls away where no member replaces another product. One alone has
    nobody to share with, and no common price: it goes on as today, 0.
    """
    members = membership(len(own))
    migrates = (members & np.array(has_migrated)).any(axis=1)
    values: Floats = (members * own).sum(axis=1) + common + replacing * migrates
    values[members.sum(axis=1) < 2] = 0.0
    return values


def gains(values: Floats) -> Floats:
    """What a coalition gains: its net present value, or 0, since nobody has to do what loses."""
    result: Floats = np.maximum(values, 0.0)
    return result


def shapley(game: Floats) -> Floats:
    """Each player's mean contribution over all orders of joining (Shapley 1953):

    phi(i) = sum over S without i of |S|! (n - |S| - 1)! / n! * (v(S + i) - v(S)).
    """
    players = int(np.log2(len(game)))
    members, sizes = membership(players), membership(players).sum(axis=1)
    weights = np.array([1 / (players * comb(players - 1, size)) if size < players else 0.0 for size in sizes])
    shares = np.zeros(players)
    for player in range(players):
        without = np.flatnonzero(~members[:, player])
        shares[player] = (weights[without] * (game[without | 1 << player] - game[without])).sum()
    return shares


def least_total(game: Floats) -> Floats:
    """The cheapest sharing that leaves every coalition with at least its gain, one amount per player.

    It sums to the gain of all exactly when the core is not empty (Bondareva 1963, Shapley 1967). Solved as the dual linear
    programme, maximise sum(w(S) v(S)) with sum of w(S) over S with i = 1 for every player i, w >= 0: the simplex method from the
    basis of single players, by Bland's rule, which cannot cycle. The prices of the optimum are the sharing.
    """
    players = int(np.log2(len(game)))
    columns = membership(players)[1:].T.astype(np.float64)
    worth = game[1:]
    basis = [(1 << player) - 1 for player in range(players)]
    weights = np.ones(players)
    while True:
        inverse = np.linalg.inv(columns[:, basis])
        prices: Floats = worth[basis] @ inverse
        better = np.flatnonzero(worth - prices @ columns > TOLERANCE / 10)
        if not len(better):
            return prices
        weights = inverse @ np.ones(players)
        step = inverse @ columns[:, better[0]]
        limits = [(weights[row] / step[row], basis[row], row) for row in range(players) if step[row] > 1e-9]
        least = min(limit for limit, _, _ in limits)
        leaving = min((name, row) for limit, name, row in limits if limit <= least + 1e-9)[1]
        basis[leaving] = int(better[0])


@dataclass(frozen=True)
class Sharing:
    """How the gain of all is shared, in øre. `values`, `gains`: by coalition; `shapley`: by player, sums to the gain of all.

    `core`: shares under which no group would do better alone, None where there are none. `smallest`: the coalition with the
    fewest members that pays, 0 where none does.
    """

    values: Oere
    gains: Oere
    shapley: Oere
    core: Oere | None
    smallest: int

    @cached_property
    def shapley_of(self) -> Oere:
        """What the members of each coalition get together by Shapley shares."""
        total: Oere = (membership(len(self.shapley)) * self.shapley).sum(axis=1)
        return total

    @cached_property
    def serves(self) -> NDArray[np.bool_]:
        """Which coalitions get by Shapley at least what they gain alone; an øre per member is rounding."""
        sizes = membership(len(self.shapley)).sum(axis=1)
        result: NDArray[np.bool_] = self.shapley_of + sizes >= self.gains
        return result

    @property
    def is_shapley_in_core(self) -> bool:
        """True when no group would do better alone than by its Shapley shares."""
        return bool(self.serves.all())


def share(values: Floats) -> Sharing:
    """Everything about sharing, from the net present value of every coalition in øre."""
    whole = np.rint(values).astype(np.int64)
    game = gains(whole.astype(np.float64))
    total = int(game[-1])
    least = least_total(game)
    core = fitted(least, total) if least.sum() <= game[-1] + TOLERANCE else None
    sizes = membership(int(np.log2(len(game)))).sum(axis=1)
    paying = [(int(sizes[c]), -game[c], c) for c in map(int, np.flatnonzero(game > 0))]
    return Sharing(whole, game.astype(np.int64), fitted(shapley(game), total), core, min(paying)[2] if paying else 0)


def compensation(values: Oere) -> Oere | None:
    """What each must get (positive) or pay so that nobody is worse off; sums to 0. None when the whole does not gain.

    Who loses gets the loss back, and those who gain pay it in proportion to their gain.
    """
    if values.sum() <= 0:
        return None
    losses, winnings = np.maximum(-values, 0), np.maximum(values, 0)
    paid = fitted(winnings / winnings.sum() * losses.sum(), int(losses.sum()))
    result: Oere = losses - paid
    return result
