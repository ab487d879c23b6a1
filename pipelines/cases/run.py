"""The stage's front door: the business cases of a closed warehouse, calculated and written into it."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.cases.assumptions import FILE_NAME, Assumptions, load_assumptions
from pipelines.cases.candidates import CANDIDATES, MEMBERS, read_candidates
from pipelines.cases.case import Case, ranked, simulated
from pipelines.cases.rows import administration_rows, case_row, coalition_rows, flow_rows, sensitivity_rows, table
from pipelines.cases.tables import CASE, COALITION, FLOW, PART, SENSITIVITY, create_tables, declared_tables, fill
from pipelines.files import write_json
from pipelines.memory import bounded


@dataclass(frozen=True)
class CasesOutcome:
    """How many candidates have a case, how many of them figures, and why there is none."""

    case_count: int
    case_with_figures_count: int
    empty_reason: str | None


def write_cases(warehouse: Path, reference: Path, as_of: date, price_year: int, record: Path) -> CasesOutcome:
    """Write all tables of cases into a warehouse, and what came out as JSON into `record`.

    `reference`: the folder of the instance's reference data. Without assumptions or candidates the tables are empty and typed,
    and the outcome says why. Raises ConfigurationError when the assumptions are faulty.
    """
    assumptions = load_assumptions(reference / FILE_NAME, as_of)
    with duckdb.connect(str(warehouse), config=bounded(warehouse.parent / "work")) as connection:
        create_tables(connection)
        cases = []
        if assumptions:
            candidates = read_candidates(connection, f"marts.{CANDIDATES}", f"core.{MEMBERS}")
            cases = [Case.of(candidate, assumptions, as_of) for candidate in candidates]
        if cases:
            fill_tables(connection, cases, price_year)
        connection.execute("checkpoint")
    outcome = CasesOutcome(len(cases), sum(c.has_figures for c in cases), _empty_reason(assumptions, cases))
    write_json(record, asdict(outcome))
    return outcome


def lay_out_tables(warehouse: Path) -> None:
    """The tables of cases without rows, for a build that never came to its cases."""
    with duckdb.connect(str(warehouse)) as connection:
        create_tables(connection)


def _empty_reason(assumptions: Assumptions | None, cases: list[Case]) -> str | None:
    if assumptions is None:
        return f"The instance has no reference/{FILE_NAME}, so there are no business cases."
    return None if cases else "There is no candidate for a shared solution, so there are no business cases."


def fill_tables(connection: duckdb.DuckDBPyConnection, cases: list[Case], price_year: int) -> None:
    """Fill all tables. Cases stand in order of candidate_id, so that equal candidates give equal tables."""
    figured = [case for case in cases if case.has_figures]
    draws = {c.candidate.candidate_id: d for c, d in zip(figured, simulated(figured), strict=True)}
    ranks = ranked(cases)
    rows = {
        CASE: [case_row(c, price_year, ranks.get(c.candidate.candidate_id), draws.get(c.candidate.candidate_id)) for c in cases],
        PART: [row for case in figured for row in administration_rows(case)],
        COALITION: [row for case in figured for row in coalition_rows(case)],
        SENSITIVITY: [row for case in figured for row in sensitivity_rows(case)],
    }  # fmt: skip
    for name, found in rows.items():
        fill(connection, name, table(found, list(declared_tables()[f"marts.{name}"])))
    if figured:
        fill(connection, FLOW, pa.concat_tables([flow_rows(case) for case in figured]))
