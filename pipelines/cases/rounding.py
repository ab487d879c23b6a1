"""Money in whole øre: amounts that are rounded once and shared so that the parts are the whole."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Oere = NDArray[np.int64]


def to_oere(amount: Floats) -> Oere:
    """Amounts in kr. as whole øre, halves to the even one."""
    return np.rint(amount * 100).astype(np.int64)


def as_amount(oere: int) -> Decimal:
    """Whole øre as an amount with two decimals."""
    return Decimal(int(oere)).scaleb(-2)


def share_out(whole: Oere, weights: Floats) -> Oere:
    """Share whole amounts (any shape) by weights along a new first axis; the parts sum to the whole.

    Method of the largest remainder (Hamilton): everybody gets the floor of the exact part, and the øre left go to the
    largest remainders, the first of equals. Weights that sum to nothing share equally.
    """
    parts = weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))
    return fitted(parts.reshape(-1, *[1] * whole.ndim) * whole, whole)


def fitted(exact: Floats, whole: Oere | int) -> Oere:
    """Whole numbers along the first axis that sum to `whole` and differ from the exact parts by less than one (largest remainder).

    Where the exact parts sum to something else by rounding, the difference goes the same way.
    """
    floors = np.floor(exact).astype(np.int64)
    left = whole - floors.sum(axis=0)
    order = np.argsort(-(exact - floors), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    parts: Oere = floors + left // len(exact) + (rank < left % len(exact))
    return parts
