"""The report of the sample's release: its links, its figures beside the marts', and what it weighs."""

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.instance import Instance
from pipelines.release.whole import RESTRICTED, open_whole
from tests.report.walking import links_that_resolve, parsed

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def folder(released_sample: Instance) -> Path:
    return (released_sample.releases / "current").resolve()


def values(page: Path) -> list[Decimal]:
    return [Decimal(value) for value in parsed(page).values]


def test_every_link_resolves_and_none_leaves_the_release(folder: Path) -> None:
    assert links_that_resolve(folder) > 5_000


def test_each_page_has_its_other_language_with_the_same_figures(folder: Path) -> None:
    for top in (folder / "report", folder / RESTRICTED / "report"):
        danish = {p.relative_to(top) for p in top.rglob("*.html") if "en" not in p.relative_to(top).parts[:1]}
        assert danish == {p.relative_to(top / "en") for p in (top / "en").rglob("*.html")}
        for name in danish:
            one, other = parsed(top / name), parsed(top / "en" / name)
            assert (one.language, other.language) == ("da", "en")
            assert one.values == other.values, name


def test_the_overview_shows_the_figures_of_the_marts(folder: Path) -> None:
    shown = values(folder / "report" / "index.html")
    with open_whole(folder) as marts:
        wanted = marts.execute(
            "select figure_value from mart_sign_off, release where figure_value is not null and figure_kind_code <> 'it_spend' "
            "and coalesce(fiscal_year, year(as_of_date)) = year(as_of_date)"
        ).fetchall()
        totals = marts.execute(
            "select count(*), sum(yearly_cost_amount) from mart_it_landscape where is_owner and is_in_use"
        ).fetchone()
    assert totals is not None
    assert {value for (value,) in wanted} | set(totals) <= set(shown)
    assert len(wanted) > 20


def test_a_case_page_shows_the_case_of_the_mart(folder: Path) -> None:
    with open_whole(folder) as marts:
        cases = marts.execute(
            "select candidate_id, net_present_value_p50_amount, yearly_effect_amount, case_investment_amount from mart_business_case "
            "where net_present_value_p50_amount is not null"
        ).fetchall()
    assert len(cases) > 50
    for candidate, *amounts in cases:
        assert set(amounts) <= set(values(folder / "report" / "solutions" / f"{candidate}.html"))


def test_rows_behind_are_all_rows_of_the_table(folder: Path) -> None:
    files = sorted((folder / "report" / "data").glob("*.csv"))
    assert len(files) > 8
    with open_whole(folder) as marts:
        for file in files:
            (count,) = marts.execute(f'select count(*) from "{file.stem}"').fetchone() or (None,)
            assert file.read_bytes().count(b"\r\n") == count + 1, file


def test_what_is_restricted_stands_on_restricted_pages_only(folder: Path) -> None:
    with open_whole(folder) as marts:
        hidden = {
            str(price)
            for (price,) in marts.execute(
                "select distinct unit_price_amount from mart_price_spread where administration_count > 1 and unit_price_amount > 1000"
            ).fetchall()
        }
    on_restricted = set(parsed(folder / RESTRICTED / "report" / "prices.html").values)
    assert len(hidden & on_restricted) > 10
    shown = {value for page in (folder / "report").rglob("*.html") for value in parsed(page).values}
    with open_whole(
        folder
    ) as marts:  # a price may be another figure by chance, such as what the only user's system costs
        costs = {str(c) for (c,) in marts.execute("select yearly_cost_amount from mart_it_landscape").fetchall()}
    assert hidden & shown <= costs
    header = (folder / "report" / "data" / "mart_it_landscape.csv").read_text("utf-8-sig").partition("\n")[0]
    assert "criticality_code" not in header
    assert "yearly_cost_amount" in header


def test_the_overview_weighs_little(folder: Path) -> None:
    page = folder / "report" / "index.html"
    loaded = [page, *(page.parent / link for link in parsed(page).links if link.startswith("assets/"))]
    assert sum(path.stat().st_size for path in loaded) < 3 * MEGABYTE


def test_a_page_to_be_sent_holds_everything_itself(folder: Path) -> None:
    alone = [*(folder / "report" / "quality").glob("*.html"), *(folder / "report" / "delivery").glob("*.html")]
    assert len(alone) > 20
    for page in alone:
        assert set(parsed(page).links) == {"#content"}, page
