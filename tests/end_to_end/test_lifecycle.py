"""Support of the versions in use, by the sample's invented table of suppliers' dates."""

import duckdb
import pytest

from pipelines.instance import Instance
from pipelines.release.whole import open_whole


@pytest.fixture(scope="module")
def marts(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    return open_whole(released_sample.releases / "current")


def test_systems_on_unsupported_versions_show(marts: duckdb.DuckDBPyConnection) -> None:
    """Debitor 3 ended in 2024 whatever the minor; intranet 4.8 outlives 4; a product without versions ended as a whole."""
    found = marts.execute(
        "select distinct product_name, system_version, support_status_code from dim_system join dim_product using (product_id) "
        "where product_name in ('Bregnering Debitor', 'Spovekurs Spørgeskema', 'Mågekurs Intranet')"
    ).fetchall()
    status = {(name, version): code for name, version, code in found}
    assert status[("Bregnering Debitor", "3.0")] == status[("Bregnering Debitor", "3.4")] == "unsupported"
    assert status[("Bregnering Debitor", None)] == "unknown"
    assert {code for (name, _), code in status.items() if name == "Spovekurs Spørgeskema"} == {"unsupported"}
    assert status[("Mågekurs Intranet", "4.8")] == "supported"


def test_unknown_support_stays_unknown_and_says_why(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select support_status_code, support_unknown_code is null, support_end_date is null, count(*) from dim_system group by all"
    ).fetchall()
    assert {row[0] for row in found} == {"supported", "extended", "unsupported", "unknown"}
    assert all((code == "unknown") != has_no_reason for code, has_no_reason, _, _ in found)
    assert all(has_no_date for code, _, has_no_date, _ in found if code == "unknown")
