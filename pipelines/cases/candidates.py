"""The candidates that cases are made of: read from a warehouse or release, ordered so that nothing depends on the order of rows."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb

CANDIDATES = "mart_shared_solution_candidate"
MEMBERS = "fct_candidate_system"


@dataclass(frozen=True, order=True)
class SystemUse:
    """One system use that the shared solution replaces or joins. None: unknown."""

    administration_code: str
    system_id: str
    product_id: str
    user_count: int | None
    yearly_cost: float | None
    earliest_exit_date: date | None


@dataclass(frozen=True)
class Candidate:
    """A candidate and its system uses, ordered by administration and system."""

    candidate_id: str
    name: str
    is_advised_against: bool
    uses: tuple[SystemUse, ...]

    @cached_property
    def administrations(self) -> tuple[str, ...]:
        """The administrations concerned, by code in order."""
        return tuple(sorted({use.administration_code for use in self.uses}))

    @cached_property
    def kept_product(self) -> str:
        """The product that the others move to: the one that most known money is spent on, the smallest id of equals.

        To reuse what is already bought is a principle of the state's model for IT projects; a tender may decide otherwise.
        """
        spent: dict[str, float] = {}
        for use in self.uses:
            spent[use.product_id] = spent.get(use.product_id, 0.0) + (use.yearly_cost or 0.0)
        return min(spent, key=lambda product: (-spent[product], product))

    @property
    def missing_code(self) -> str | None:
        """Why there is no case: without known cost nothing can be saved, and of one administration's alone nothing is shared."""
        known = {use.administration_code for use in self.uses if use.yearly_cost}
        return None if len(known) > 1 else "no_shared_cost" if known else "no_known_cost"


def read_candidates(connection: duckdb.DuckDBPyConnection, candidates: str, members: str) -> list[Candidate]:
    """All candidates by id. `candidates`, `members`: the tables' names as SQL."""
    uses: dict[str, list[SystemUse]] = {}
    rows = connection.execute(
        "select candidate_id, administration_code, system_id, product_id, user_count, yearly_cost_amount, earliest_exit_date "
        f"from {members}"
    ).fetchall()
    for candidate_id, administration, system, product, users, cost, leaving in rows:
        known = None if cost is None else float(cost)
        uses.setdefault(candidate_id, []).append(
            SystemUse(administration, system, product or system, users, known, leaving)
        )
    found = connection.execute(
        f"select candidate_id, candidate_name, is_advised_against from {candidates} order by candidate_id"
    ).fetchall()
    return [
        Candidate(i, name or i, bool(against), tuple(sorted(uses[i], key=lambda u: (u.administration_code, u.system_id))))
        for i, name, against in found
        if i in uses
    ]  # fmt: skip
