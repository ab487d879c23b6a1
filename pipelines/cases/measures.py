"""The measures of a row of yearly flows: discounting, net present value, internal rate, payback, annuity. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.cases.assumptions import DiscountRate
from pipelines.cases.rounding import Floats

LOWEST_RATE, HIGHEST_RATE = -0.99, 9.99


def discount_factors(bands: Sequence[DiscountRate], horizon: int) -> Floats:
    """Factor of each year 0 to `horizon`; year 0 is not discounted.

    DF(t) = DF(t-1) / (1 + r(t)), where r(t) is the rate of the band that year t lies in. Rates: note of the Danish Ministry of
    Finance, 7 January 2021 (3.5 % years 0-35, 2.5 % years 36-70, 1.5 % after). That bands chain is an interpretation; it matters
    after 35 years only.
    """
    rates = np.zeros(horizon + 1, dtype=np.float64)
    for band in bands:
        rates[max(band.from_year, 1) :] = band.rate_pct / 100
    return np.cumprod(1 / (1 + rates)).astype(np.float64)


def present_value(flows: Floats, factors: Floats) -> float:
    """Sum of flows times factors (HM Treasury Green Book, annex 6; Brealey and Myers, ch. 2)."""
    return float((flows * factors).sum())


def payback_years(flows: Floats) -> int | None:
    """First year, counted from year 0, in which the sum of the flows so far is not negative; None when there is none.

    Not discounted and with phase-in, as the City of Copenhagen's pool of investments publishes it.
    """
    reached = np.flatnonzero(np.cumsum(flows) >= 0)
    return int(reached[0]) if len(reached) else None


@dataclass(frozen=True)
class Rate:
    """An internal rate of return in per cent, or why there is none."""

    pct: float | None
    reason: str | None


def internal_rate(flows: Floats) -> Rate:
    """The rate at which the net present value is 0, by bisection. One change of sign has one such rate (Descartes' rule).

    Reasons for none: no_sign_change, many_sign_changes (several rates could be), out_of_range (below -99 % or above 999 %).
    """
    signs = np.sign(flows[flows != 0])
    changes = int((signs[1:] != signs[:-1]).sum())
    if changes != 1:
        return Rate(None, "many_sign_changes" if changes else "no_sign_change")
    years = np.arange(len(flows))

    def value(rate: float) -> float:
        return float((flows / (1 + rate) ** years).sum())

    low, high = LOWEST_RATE, HIGHEST_RATE
    falls = value(low) > 0
    if falls == (value(high) > 0):
        return Rate(None, "out_of_range")
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (value(middle) > 0) == falls else (low, middle)
    return Rate((low + high) * 50, None)
