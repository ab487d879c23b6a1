"""The money marts of the sample: they hold what the facts hold, and find the money that was planted not to match."""

import json
from decimal import Decimal

import duckdb
import pytest

from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.release.whole import open_whole

UNMATCHED = json.loads((PROJECT_ROOT / "tests" / "truth" / "planted.json").read_text("utf-8"))["unmatched"]
# Two invoices were paid to its supplier for something else, and it is the supplier's only contract there.
PAID_BESIDE = {("bif", "000027")}


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(released_sample.releases / "current")


def found_keys(marts: duckdb.DuckDBPyConnection, finding: str, table: str, thing: str) -> set[tuple[str, str]]:
    rows = marts.execute(
        f"select found.administration_code, {thing}_key from mart_unmatched_money found "
        f"join {table} on subject_key = {thing}_id where finding_code = ?",
        [finding],
    ).fetchall()
    return {(code, key) for code, key in rows}


def planted_keys(finding: str, thing: str) -> set[tuple[str, str]]:
    return {(each["administration_code"], each[f"{thing}_key"]) for each in UNMATCHED[finding]}


def test_spend_is_the_ledgers_by_administration_and_month(marts: duckdb.DuckDBPyConnection) -> None:
    by = "administration_code, fiscal_year, {0}, is_eliminated"
    spent = marts.execute(
        f"select {by.format('date_trunc(' + repr('month') + ', posting_date)::date')}, sum(spend_amount), "
        "sum(spend_real_amount) from fct_it_spend group by all order by all"
    ).fetchall()
    shown = marts.execute(
        f"select {by.format('posting_month_date')}, sum(spend_amount), sum(spend_real_amount) "
        "from mart_it_spend group by all order by all"
    ).fetchall()
    assert shown == spent
    assert len(shown) > 200


def test_spend_then_and_now_is_the_same_money(marts: duckdb.DuckDBPyConnection) -> None:
    then, now = (
        dict(marts.execute(f"select {code}, sum(spend_amount) from mart_it_spend group by 1").fetchall())
        for code in ("administration_code", "current_administration_code")
    )
    assert sum(then.values()) == sum(now.values())


def test_shares_of_suppliers_are_the_whole(marts: duckdb.DuckDBPyConnection) -> None:
    share, index, squared = marts.execute(
        "select sum(spend_share_pct), max(herfindahl_index_value), sum(spend_share_pct * spend_share_pct) "
        "from mart_vendor_concentration where capability_code is null"
    ).fetchone() or (0, 0, 0)
    assert abs(share - 100) < Decimal("0.5")
    assert abs(float(index) - float(squared)) < 5
    alone = "select count(*) from mart_vendor_concentration where paid_supplier_count = 1 and herfindahl_index_value <> 10000"
    assert marts.execute(alone).fetchone() == (0,)


def test_contracts_that_nobody_pays_are_found_and_no_other(marts: duckdb.DuckDBPyConnection) -> None:
    found = found_keys(marts, "contract_without_posting", "dim_contract", "contract")
    assert found == planted_keys("contracts_without_postings", "contract") - PAID_BESIDE


def test_systems_without_contract_are_found_and_no_other(marts: duckdb.DuckDBPyConnection) -> None:
    found = found_keys(marts, "system_without_contract", "dim_system", "system")
    assert found == planted_keys("systems_without_contract", "system")


def test_one_sided_internal_trade_is_found_and_no_other(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select subject_key from mart_unmatched_money where finding_code = 'unpaired_internal_posting'"
    ).fetchall()
    assert sorted(key for (key,) in found) == sorted(UNMATCHED["one_sided_internal_pairs"])


def test_undecided_money_is_all_there(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select sum(finding_count), sum(finding_amount) from mart_unmatched_money where finding_code = 'undecided_posting'"
    ).fetchone()
    assert found == marts.execute("select count(*), sum(posting_amount) from fct_undecided_posting").fetchone()


def test_the_committee_reads_the_plans_of_the_overview(marts: duckdb.DuckDBPyConnection) -> None:
    """The sample's plans are in prices of 2026, the instance's price year, so that millions are the overview's own."""
    expected = marts.execute(
        "select administration_code, line_key, round(sum(coalesce(adjusted_amount, adopted_amount)) "
        "filter (steering_area_code = 'service') / 1000000, 1), "
        "round(sum(coalesce(adjusted_amount, adopted_amount)) filter (steering_area_code = 'anlaeg') / 1000000, 1) "
        "from mart_investment_overview where line_kind = 'investment' and is_latest_version group by all order by all"
    ).fetchall()
    shown = marts.execute(
        "select administration_code, project_code, service_investment_millions, capital_investment_millions "
        "from mart_investment_committee_table order by all"
    ).fetchall()
    assert [(a, p, *(None if x is None else float(x) for x in amounts)) for a, p, *amounts in shown] == [
        (a, p, *(None if x is None else float(x) for x in amounts)) for a, p, *amounts in expected
    ]
    assert marts.execute(
        "select count(*) from mart_investment_committee_table where committee_name is null"
    ).fetchone() == (0,)


def test_payback_is_what_counting_the_years_gives(marts: duckdb.DuckDBPyConnection) -> None:
    """Year by year, independently of the model: benefits as planned, and after the last planned year as in that year."""
    years = marts.execute(
        "select administration_code, line_key, fiscal_year, sum(coalesce(adjusted_amount, adopted_amount)), "
        "sum(planned_cashable_benefit_amount) from mart_investment_overview "
        "where line_kind = 'investment' and is_latest_version group by all order by all"
    ).fetchall()
    plans: dict[tuple[str, str], dict[int, tuple[Decimal, Decimal | None]]] = {}
    for code, project, year, planned, benefit in years:
        plans.setdefault((code, project), {})[year] = (planned or Decimal(0), benefit)
    shown = {
        (code, project): payback
        for code, project, payback in marts.execute(
            "select administration_code, project_code, plan_payback_years from mart_investment_committee_table"
        ).fetchall()
    }
    assert shown == {key: counted(plan) for key, plan in plans.items()}
    assert len({payback for payback in shown.values() if payback}) > 5


def counted(plan: dict[int, tuple[Decimal, Decimal | None]]) -> int | None:
    """Payback in whole years of one project: year to (planned investment, cashable benefit)."""
    investment = sum((planned for planned, _ in plan.values()), Decimal(0))
    benefits = {year: benefit for year, (_, benefit) in plan.items() if benefit is not None}
    first = min(year for year, (planned, _) in plan.items() if planned)
    last, gained = max(benefits, default=first), Decimal(0)
    for year in range(min(plan), first + 1000):
        gained += benefits.get(year, Decimal(0)) if year <= last else benefits.get(last, Decimal(0))
        if gained >= investment:
            return year - first + 1
    return None
