"""The nights of the schedule, and the job of a past day as the launchpad sees it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.defs.ingest import as_day
from pipelines.defs.jobs import nightly_schedule, of_day
from pipelines.errors import PortfolioError
from pipelines.instance import PROJECT_ROOT, Instance


def nights(year: int) -> list[date]:
    """The local date of every moment of a year at which the schedule starts the job."""
    schedule = nightly_schedule(Instance.load(PROJECT_ROOT / "data"))
    zone = ZoneInfo(str(schedule.execution_timezone))
    start, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    found = []
    for moment in schedule_execution_time_iterator(start.timestamp(), str(schedule.cron_schedule), str(zone)):
        if moment >= end:
            break
        found.append(moment.astimezone(zone).date())
    return found


@pytest.mark.parametrize("year", [2026, 2027])
def test_every_night_has_one_run_also_where_the_clocks_change(year: int) -> None:
    """02:30 does not exist in one night of March, and comes twice in one of October."""
    first = date(year, 1, 1)
    assert nights(year) == [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_the_launchpad_asks_for_the_day_and_passes_it_on() -> None:
    given = of_day.resolve_from_unvalidated_config({"as_of_date": "2026-09-30"})
    assert given["ops"]["archive"]["config"] == {"as_of_date": "2026-09-30", "force": True}
    with pytest.raises(dg.DagsterInvalidConfigError, match="as_of_date"):
        of_day.resolve_from_unvalidated_config({})


def test_a_day_that_is_none_is_told_in_a_sentence() -> None:
    assert as_day("2026-09-30") == date(2026, 9, 30)
    with pytest.raises(PortfolioError, match=r"such as 2026-09-30, found '30\.09\.2026'"):
        as_day("30.09.2026")
