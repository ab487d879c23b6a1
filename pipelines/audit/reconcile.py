"""Money and rows that must not get lost between two stages of one build. Plausibility is in expectations/."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.audit.engine import literal, without_values
from pipelines.audit.measures import Measure, Reconciliation
from pipelines.audit.reconciliations import reconciliations
from pipelines.audit.result import MAX_EXAMPLES, CheckResult, Outcome
from pipelines.audit.verdict import danish_number, no_promise
from pipelines.memory import bounded

DANISH = {
    "source": "kilden",
    "accepted and rejected": "godkendt og afvist",
    "delivered": "leveret",
    "received": "modtaget",
    "raw": "rå",
    "a row for each column": "en række pr. kolonne",
    "IT, not IT and undecided": "it, ikke it og uafgjort",
    "IT lines": "it-poster",
    "by target": "fordelt",
    "IT spend": "it-udgift",
    "paired and unpaired": "parret og uparret",
    "payers": "betalere",
    "paid": "modtagere",
    "administrations less pairs": "forvaltninger uden par",
    "municipality": "kommunen",
}


@dataclass(frozen=True)
class Comparison:
    """What two or more stages say, group by group: `figures[stage][group]`."""

    figures: dict[str, dict[str, Decimal]]

    @property
    def groups(self) -> list[str]:
        return sorted({group for figures in self.figures.values() for group in figures})

    @property
    def differing(self) -> list[str]:
        """The groups on which the stages do not agree; a group that a stage does not have counts as 0 there."""
        return [g for g in self.groups if len({f.get(g, Decimal(0)) for f in self.figures.values()}) > 1]

    def totals(self) -> dict[str, Decimal]:
        return {stage: sum(figures.values(), Decimal(0)) for stage, figures in self.figures.items()}


def reconcile(build: Path, promised_datasets: set[str]) -> list[CheckResult]:
    """Every reconciliation of a closed build against its own inputs; one that raises is an error, never left out."""
    results: list[CheckResult] = []
    with _opened(build) as connection:
        for each in reconciliations():
            if set(each.needs_all) <= promised_datasets:
                results += _reconciled(connection, each, build / "inputs")
            else:
                words = no_promise(set(each.needs_all) - promised_datasets)
                results += [_result(each, measure, Outcome.not_applicable, *words) for measure in each.measures]
    return results


@contextmanager
def _opened(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's warehouse, read-only, with its inputs where the staging views look for them."""
    with duckdb.connect(config=bounded(build / "work")) as connection:
        connection.execute(f"set file_search_path = {literal(build)}")
        connection.execute(f"attach {literal(build / 'warehouse.duckdb')} as warehouse (read_only)")
        connection.execute("use warehouse")
        yield connection


def _reconciled(connection: duckdb.DuckDBPyConnection, each: Reconciliation, inputs: Path) -> list[CheckResult]:
    try:
        rows = connection.execute(each.statement(inputs)).fetchall()
    except duckdb.Error as error:
        found = without_values(error)
        words = f"could not be compared ({found})", f"kunne ikke sammenlignes ({found})"
        return [_result(each, measure, Outcome.error, *words) for measure in each.measures]
    return [_judged(each, measure, _comparison(each, rows, place)) for place, measure in enumerate(each.measures)]


def _comparison(each: Reconciliation, rows: list[tuple[object, ...]], place: int) -> Comparison:
    """Rows of (stage, group, figure of each measure) as one comparison of the measure at `place`."""
    figures: dict[str, dict[str, Decimal]] = {stage.name: {} for stage in each.stages}
    for row in rows:
        value = row[2 + place]
        figures[str(row[0])][str(row[1] or "(none)")] = Decimal(str(value)) if value is not None else Decimal(0)
    return Comparison(figures)


def _judged(each: Reconciliation, measure: Measure, found: Comparison) -> CheckResult:
    totals = found.totals()
    english = ", ".join(f"{stage} {_number(total, measure)}" for stage, total in totals.items())
    danish = ", ".join(f"{DANISH.get(s, s)} {danish_number(_number(total, measure))}" for s, total in totals.items())
    differing = found.differing
    if not found.groups and not each.may_be_empty:
        words = "there is nothing to compare, although a contract promises it", "der er intet at sammenligne"
        return _result(each, measure, Outcome.failed, *words, observed=0)
    if not differing:
        return _result(each, measure, Outcome.passed, english, danish, observed=len(found.groups), unexpected=0)
    shown = [_difference(group, found.figures, measure) for group in differing[:MAX_EXAMPLES]]
    vist = [_difference(group, found.figures, measure, danish=True) for group in differing[:2]]
    return _result(
        each,
        measure,
        Outcome.failed,
        f"{english}; {len(differing)} of {len(found.groups)} {each.grouped_by} differ, such as {'; '.join(shown[:2])}",
        f"{danish}; {len(differing)} af {len(found.groups)} afviger, fx {'; '.join(vist)}",
        observed=len(found.groups),
        unexpected=len(differing),
        examples=tuple(shown),
    )


def _difference(
    group: str, figures: Mapping[str, Mapping[str, Decimal]], measure: Measure, *, danish: bool = False
) -> str:
    said = {stage: _number(found.get(group, Decimal(0)), measure) for stage, found in figures.items()}
    if danish:
        said = {DANISH.get(stage, stage): danish_number(number) for stage, number in said.items()}
    return f"{group}: {', '.join(f'{stage} {number}' for stage, number in said.items())}"


def _number(value: Decimal, measure: Measure) -> str:
    return f"{value:,.2f}" if measure.is_amount else f"{value:,.0f}"


def _result(
    each: Reconciliation,
    measure: Measure,
    outcome: Outcome,
    english: str,
    danish: str,
    *,
    observed: int | None = None,
    unexpected: int | None = None,
    examples: tuple[str, ...] = (),
) -> CheckResult:
    return CheckResult(
        check_id=each.check_id(measure),
        gate="build",
        kind="reconciliation",
        severity="critical",
        outcome=outcome,
        sentence=f"{measure.sentence}: {english}.",
        sentence_da=f"{measure.sentence_da}: {danish}.",
        table_name=each.table,
        observed_count=observed,
        unexpected_count=unexpected,
        examples=examples,
    )
