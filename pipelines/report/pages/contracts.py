"""What must be decided when: contracts by the last day of notice, and contracts that can be brought to one end."""

from collections.abc import Iterator

from pipelines.report.page import Page, Sources

MONTHS_AHEAD = 24
NOTICES = f"""
    select *, date_trunc('month', last_notice_date) as notice_month from mart_contract_calendar
    where contract_state_code = 'running' and last_notice_date >= $1
        and last_notice_date < cast($1 as date) + interval {MONTHS_AHEAD} month
    order by last_notice_date, yearly_amount desc nulls last, administration_code, contract_name
"""
TOTALS = """
    select count(*) filter (contract_state_code = 'running') as running_count,
        sum(yearly_amount) filter (contract_state_code = 'running' and is_cost_counted) as yearly_amount,
        count(*) filter (contract_state_code = 'running' and contract_last_date is null) as undated_count,
        count(*) filter (contract_state_code = 'running' and notice_basis_code = 'any_time') as any_time_count
    from mart_contract_calendar
"""
WINDOWS = """
    select candidate_id, any_value(candidate_name) as candidate_name, any_value(common_expiry_date) as common_expiry_date,
        any_value(common_expiry_administration_count) as administration_count,
        min(common_notice_date) as first_notice_date, count(*) as contract_count,
        sum(candidate_yearly_amount) as yearly_amount, sum(waiting_cost_amount) as waiting_cost_amount,
        sum(bridging_cost_amount) as bridging_cost_amount,
        string_agg(distinct administration_code, ', ' order by administration_code) as administration_codes
    from mart_common_expiry_window group by candidate_id order by common_expiry_date, candidate_name
"""


def contracts(sources: Sources) -> Iterator[Page]:
    """`contracts.html`."""
    tables, language = sources.tables, sources.language
    today = sources.release["as_of_date"]
    yield Page(
        path="contracts.html",
        template="contracts.html.j2",
        title=str(language.text("What must be decided when?")),
        section="contracts.html",
        tables=("mart_contract_calendar", "mart_common_expiry_window"),
        content={
            "months_ahead": MONTHS_AHEAD,
            "notices": tables.rows(NOTICES, today),
            "totals": tables.row(TOTALS),
            "windows": tables.rows(WINDOWS),
        },
    )
