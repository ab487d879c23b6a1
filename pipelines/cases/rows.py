"""Cases as rows of the tables: names, decimals, and nulls with their reasons. Nothing is calculated that case.py could say."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa

from pipelines.cases.case import NO_GAIN, Case
from pipelines.cases.cash_flows import CASHABLE, COST, KINDS, LINES, ONE_OFF
from pipelines.cases.rounding import as_amount, to_oere
from pipelines.cases.sharing import membership
from pipelines.cases.simulation import Distribution
from pipelines.cases.tables import amounts

Row = dict[str, object]
AREAS = ("service", "anlaeg", "overfoersler")


def case_row(case: Case, price_year: int, rank: int | None, draws: Distribution | None) -> Row:
    """The row of mart_business_case; figures are None where the case has none. `draws`: None without simulation."""
    candidate, known = case.candidate, case.known_pct
    row: Row = {
        "candidate_id": candidate.candidate_id,
        "candidate_name": candidate.name,
        "is_advised_against": candidate.is_advised_against,
        "case_rank": rank,
        "administration_codes": "|".join(candidate.administrations),
        "administration_count": len(candidate.administrations),
        "first_year": case.setting.first_year,
        "horizon_years": case.setting.horizon,
        "price_year": price_year,
        "missing_case_code": candidate.missing_code,
        "known_cost_system_pct": known("yearly_cost"),
        "known_user_system_pct": known("user_count"),
        "known_exit_system_pct": known("earliest_exit_date"),
        "confidence_code": case.confidence,
    }
    figures = _budget(case) | _economy(case) | _uncertainty(draws) | _agreement(case) | _financing(case)
    return row | (figures if case.has_figures else _without(figures, candidate.missing_code))


def _without(figures: Row, code: str | None) -> Row:
    """The same names without figures, and why."""
    reasons = ("internal_rate_missing_code", "coalition_missing_code", "compensation_missing_code")
    return {name: code if name in reasons else None for name in figures}


def _budget(case: Case) -> Row:
    areas = {f"investment_{area}_amount": as_amount(case.investment(area)) for area in AREAS}
    areas |= {f"yearly_effect_{area}_amount": as_amount(case.yearly_effect(area)) for area in AREAS}
    return areas | {
        "case_investment_amount": as_amount(case.investment()),
        "yearly_effect_amount": as_amount(case.yearly_effect()),
        "payback_years": case.payback,
    }


def _economy(case: Case) -> Row:
    return {
        "net_present_value_amount": as_amount(case.value),
        "cashable_net_present_value_amount": as_amount(case.cashable_value),
        "internal_rate_pct": None if case.rate.pct is None else round(case.rate.pct, 2),
        "internal_rate_missing_code": case.rate.reason,
        "total_cost_of_ownership_amount": as_amount(case.cost_of_ownership),
        "today_cost_of_ownership_amount": as_amount(case.cost_of_ownership_today),
    }


def _uncertainty(draws: Distribution | None) -> Row:
    return {
        "net_present_value_p10_amount": draws and in_kroner(draws.p10),
        "net_present_value_p50_amount": draws and in_kroner(draws.p50),
        "net_present_value_p80_amount": draws and in_kroner(draws.p80),
        "positive_draw_pct": draws and round(draws.positive_pct, 2),
        "best_draw_pct": draws and round(draws.best_pct, 2),
    }


def _agreement(case: Case) -> Row:
    """Whom to win, whether a fair sharing exists, and what losers must get."""
    sharing, paid = case.shared_gain, case.compensation
    smallest = sharing.smallest if sharing else 0
    return {
        "break_even_administration_count": smallest.bit_count() or None,
        "smallest_paying_administration_codes": members_of(case, smallest) or None,
        "coalition_missing_code": case.no_sharing_code,
        "has_core": sharing and sharing.core is not None,
        "is_shapley_in_core": sharing and sharing.is_shapley_in_core,
        "compensation_total_amount": None if paid is None else as_amount(int(np.maximum(paid, 0).sum())),
        "compensation_missing_code": NO_GAIN if paid is None else None,
    }


def _financing(case: Case) -> Row:
    return {
        "suggested_route_code": case.route.code,
        "suggested_route_reason": case.route.reason,
        "is_suggested_route_verified": case.route.is_verified,
        "retender_cost_pct": round(case.retender_cost_pct, 2),
    }


def members_of(case: Case, coalition: int) -> str:
    """Codes of a coalition's administrations, joined by '|'."""
    return "|".join(code for bit, code in enumerate(case.candidate.administrations) if coalition >> bit & 1)


def in_kroner(amount: float) -> Decimal:
    """An amount in kr. that was never rounded, with two decimals."""
    return as_amount(int(to_oere(np.array(amount))))


def flow_rows(case: Case) -> pa.Table:
    """The rows of mart_business_case_cash_flow: every amount that is not 0."""
    flows = case.flows.shared
    who, line, year = np.nonzero(flows)
    codes, names = np.array(case.candidate.administrations, object), np.array(LINES, object)
    areas = np.array([case.assumptions.steering_area(name) for name in LINES], object)
    return pa.table(
        {
            "candidate_id": pa.array([case.candidate.candidate_id] * len(who), pa.string()),
            "administration_code": pa.array(codes[who], pa.string()),
            "cash_flow_year": pa.array(year + case.setting.first_year),
            "year_number": pa.array(year),
            "case_line_code": pa.array(names[line], pa.string()),
            "cash_flow_kind_code": pa.array(np.array([KINDS[name] for name in LINES], object)[line], pa.string()),
            "is_cashable": pa.array(CASHABLE[line]),
            "steering_area_code": pa.array(areas[line], pa.string()),
            "cash_flow_amount": amounts(flows[who, line, year]),
            "discount_factor_value": pa.array(case.factors[year]),
        }
    )


def administration_rows(case: Case) -> list[Row]:
    """The rows of mart_business_case_by_administration, in order of codes."""
    parts, paid, sharing = case.flows.shared, case.compensation, case.shared_gain
    cost = -parts[:, COST].sum(axis=(1, 2))
    gain = parts[:, CASHABLE & ~COST].sum(axis=(1, 2))
    investment = -parts[:, ONE_OFF].sum(axis=(1, 2))
    rows: list[Row] = []
    for place, code in enumerate(case.candidate.administrations):
        plan = case.loan(max(int(investment[place]), 0))
        rows.append(
            {
                "candidate_id": case.candidate.candidate_id,
                "administration_code": code,
                "case_cost_amount": as_amount(cost[place]),
                "case_cost_pct": share_pct(cost[place], cost.sum()),
                "case_gain_amount": as_amount(gain[place]),
                "case_gain_pct": share_pct(gain[place], gain.sum()),
                "case_investment_amount": as_amount(investment[place]),
                "net_present_value_amount": as_amount(case.values_by_administration[place]),
                "cashable_net_present_value_amount": as_amount(case.cashable_by_administration[place]),
                "compensation_amount": None if paid is None else as_amount(paid[place]),
                "compensation_missing_code": NO_GAIN if paid is None else None,
                "shapley_share_amount": as_amount(sharing.shapley[place]) if sharing else None,
                "core_share_amount": as_amount(sharing.core[place]) if sharing and sharing.core is not None else None,
                "coalition_missing_code": case.no_sharing_code,
                "loan_years": len(plan),
                "loan_yearly_payment_amount": as_amount(plan[0].payment),
                "loan_interest_amount": as_amount(sum(year.interest for year in plan)),
            }
        )
    return rows


def share_pct(part: int, whole: int) -> float | None:
    """Part of a whole in per cent; None where there is nothing to share."""
    return round(100 * int(part) / int(whole), 2) if whole > 0 else None


def coalition_rows(case: Case) -> list[Row]:
    """The rows of mart_business_case_coalition: every coalition but nobody. None for more administrations than are counted for."""
    sharing = case.sharing
    if sharing is None:
        return []
    sizes = membership(len(sharing.shapley)).sum(axis=1)
    core = None if sharing.core is None else (membership(len(sizes).bit_length() - 1) * sharing.core).sum(axis=1)
    return [
        {
            "candidate_id": case.candidate.candidate_id,
            "coalition_number": number,
            "administration_codes": members_of(case, number),
            "coalition_administration_count": int(sizes[number]),
            "cashable_net_present_value_amount": as_amount(sharing.values[number]),
            "coalition_gain_amount": as_amount(sharing.gains[number]),
            "shapley_share_amount": as_amount(sharing.shapley_of[number]),
            "core_share_amount": None if core is None else as_amount(core[number]),
            "is_served_by_shapley": bool(sharing.serves[number]),
            "is_smallest_paying": number == sharing.smallest,
        }
        for number in range(1, len(sizes))
    ]


def sensitivity_rows(case: Case) -> list[Row]:
    """The rows of mart_business_case_sensitivity: uncertain inputs by swing, then scenarios."""
    names = [
        "candidate_id", "sensitivity_kind_code", "sensitivity_name", "measure_unit_name", "base_value", "low_value", "high_value",
        "low_net_present_value_amount", "high_net_present_value_amount", "swing_amount", "swing_rank", "break_even_value",
        "break_even_missing_code", "net_present_value_amount", "payback_years",
    ]  # fmt: skip
    of = case.candidate.candidate_id
    rows: list[tuple[object, ...]] = [
        (of, "input", e.name, e.unit, e.value, e.low, e.high, in_kroner(e.at_low), in_kroner(e.at_high), in_kroner(e.swing),
         rank, None if e.break_even is None else round(e.break_even, 4), e.break_even_reason, None, None)
        for rank, e in enumerate(case.inputs, 1)
    ]  # fmt: skip
    rows += [
        (of, "scenario", s.name, *[None] * 9, "scenario", in_kroner(s.present_value), s.payback) for s in case.scenarios
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pa.Table:
    """Rows as an Arrow table of these columns; a column that is null in all of them keeps its place."""
    return pa.table({name: [row[name] for row in rows] for name in columns})
