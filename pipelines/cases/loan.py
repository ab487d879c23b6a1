"""An internal loan: equal yearly payments, in nominal kr. It stands beside a case and never in its net present value, which is real."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Instalment:
    """One year of a loan, in øre. What is paid is interest and repayment."""

    year: int
    opening: int
    interest: int
    repayment: int

    @property
    def payment(self) -> int:
        return self.interest + self.repayment


def annuity(principal: int, rate: float, years: int) -> int:
    """Yearly payment in øre: P * r / (1 - (1 + r)^-n); without interest P / n. `rate` is a share (0.0196)."""
    return round(principal * rate / (1 - (1 + rate) ** -years) if rate else principal / years)


def schedule(principal: int, rate: float, years: int) -> list[Instalment]:
    """The loan year by year; the last payment settles what rounding to the øre has left, so repayments sum to the principal."""
    payment, opening, plan = annuity(principal, rate, years), principal, []
    for year in range(1, years + 1):
        interest = round(opening * rate)
        repayment = opening if year == years else payment - interest
        plan.append(Instalment(year, opening, interest, repayment))
        opening -= repayment
    return plan
