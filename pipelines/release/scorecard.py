"""How each administration delivers, read from the tables of one release. Nothing is written, and nothing laid out."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.release.whole import open_whole

SCORES = """
    with
        covered as (
            select data_contract_id, is_late, unnest(string_split(coalesce(administration_codes, ''), '|')) as code
            from dim_data_contract
        ),
        refused as (select data_contract_id, count(*) as refused from fct_delivery where is_replacement_due group by all),
        promised as (
            select code, count(*) as contracts, count(*) filter (is_late) as late, coalesce(sum(refused), 0) as refused
            from covered left join refused using (data_contract_id) group by code
        ),
        delivered as (
            select coalesce(administration_code, '') as code, count(distinct delivery_id) as deliveries,
                   sum(accepted_row_count) as accepted_rows, sum(rejected_row_count) as rejected_rows
            from fct_delivery_administration where is_in_force group by all
        )
    select code, coalesce(contracts, 0), coalesce(late, 0), coalesce(refused, 0), coalesce(deliveries, 0),
           coalesce(accepted_rows, 0), coalesce(rejected_rows, 0)
    from promised full join delivered using (code)
    order by code = '', code"""


@dataclass(frozen=True)
class Score:
    """One administration in a release; the code is empty for what no administration is known of.

    A contract whose files cover several administrations counts for each of them. `refused`: deliveries that nothing accepted
    has replaced; deliveries and rows are those in force.
    """

    administration_code: str
    contracts: int
    late: int
    refused: int
    deliveries: int
    accepted_rows: int
    rejected_rows: int

    @property
    def rejected_share(self) -> float:
        """Rejected rows of all rows; 0 when there are none."""
        return self.rejected_rows / max(self.accepted_rows + self.rejected_rows, 1)


def scorecard(release: Path) -> list[Score]:
    """The scores of all administrations by code. Empty for a release from before its tables were published."""
    with open_whole(release) as connection:
        try:
            return [Score(*row) for row in connection.execute(SCORES).fetchall()]
        except duckdb.CatalogException:
            return []
