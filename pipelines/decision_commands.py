"""The command `portfolio decide`. Thin: what a decision is and how it is kept is in pipelines/linkage/decisions.py."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb
from pydantic import ValidationError

from pipelines.command_options import instance_option
from pipelines.decision_files import read_rows
from pipelines.errors import ConfigurationError, PortfolioError
from pipelines.files import write_atomically
from pipelines.instance import Instance, describe_validation
from pipelines.linkage.decisions import COLUMNS, Decision, add_decisions, decisions_file, read_decisions
from pipelines.release.whole import named_rows, open_whole
from pipelines.spreadsheet import as_meant, neutral
from pipelines.transform.plan import today

SHOWN = ("left_name", "right_name", "is_linked", "link_probability", "link_reason", "affected_amount", "affected_user_count",
         "review_score_value")  # fmt: skip
ANSWERS = {"same": "same", "not-same": "not_same", "not_same": "not_same"}
LISTED = 20


@click.command()
@click.argument("left", required=False)
@click.argument("right", required=False)
@click.argument("answer", required=False, type=click.Choice(["same", "not-same"]))
@click.option("--kind", type=click.Choice(["product", "supplier"]), default="product", show_default=True)
@click.option("--by", default="", help="Who decides.")
@click.option("--reason", default="", help="Why, in words that others understand.")
@click.option("--file", "filled", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Record the answers in a CSV file made by --list --csv.")  # fmt: skip
@click.option(
    "--list", "is_listing", is_flag=True, help="Show the pairs worth a look in the current release, best first."
)
@click.option("--csv", "target", type=click.Path(path_type=Path, dir_okay=False),
              help="With --list: write all of them to this file, to be filled in.")  # fmt: skip
@instance_option
@click.pass_obj
def decide(
    root: Path | None, left: str | None, right: str | None, answer: str | None, kind: str, by: str, reason: str,
    filled: Path | None, is_listing: bool, target: Path | None,
) -> None:  # fmt: skip
    """Record whether LEFT and RIGHT are the same or not; it wins over every rule from the next refresh on.

    A product is named by ADMINISTRATION/SYSTEM_KEY, a supplier (--kind supplier) by NAME or "NAME|NUMBER" as the source writes it.
    """
    instance = Instance.load(root)
    if (
        sum(map(bool, (is_listing, filled, left))) != 1
        or (target and not is_listing)
        or (left and not (right and answer))
    ):
        raise click.UsageError(
            "Expected one of: LEFT RIGHT same|not-same --by WHO --reason WHY; --file CSV; --list [--csv FILE]."
        )
    if is_listing:
        _list(instance, target)
    elif filled:
        _record(instance, _answers(filled, by, reason, today(instance)))
    else:
        values = {
            "kind": kind,
            "left": left,
            "right": right,
            "decision": ANSWERS[str(answer)],
            "decided_by": by,
            "reason": reason,
        }
        _record(instance, [_decision(values, "portfolio decide", today(instance))])


def _decision(values: Mapping[str, object], where: str, day: date) -> Decision:
    try:
        return Decision.model_validate({**values, "decided_date": values.get("decided_date") or day})
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {describe_validation(error)}. Nothing was recorded; correct it.") from error


def _answers(path: Path, by: str, reason: str, day: date) -> list[Decision]:
    """The rows of a filled-in file that have an answer; --by and --reason stand in where a row says neither."""
    decisions = []
    for line, cells in read_rows(path, COLUMNS):
        row = {column: as_meant(cell) for column, cell in cells.items()}
        answer = row["decision"].strip().lower()
        if answer:
            values = row | {"decision": ANSWERS.get(answer, answer), "decided_by": row["decided_by"] or by,
                            "reason": row["reason"] or reason}  # fmt: skip
            decisions.append(_decision(values, f"{path}, line {line}", day))
    if not decisions:
        raise PortfolioError(
            f"{path}: expected same or not_same in column decision, found no answer. Fill in a row at least."
        )
    return decisions


def _record(instance: Instance, decisions: list[Decision]) -> None:
    added = add_decisions(instance, decisions)
    click.echo(f"{len(added)} recorded in {decisions_file(instance)}, {len(decisions) - len(added)} known before.")
    for key in _unknown(instance, added):
        click.echo(
            f"{key} is not in the current release: the decision waits until it is delivered. Is it spelled as there?"
        )
    if added:
        click.echo("They count from the next `portfolio refresh` on.")


def _unknown(instance: Instance, decisions: list[Decision]) -> list[str]:
    """Products that the current release does not have; spellings of suppliers are not published, so nothing is said of them."""
    if not _marts(instance).is_file():
        return []
    rows = _query(instance, "select distinct owner_administration_code || '/' || system_key as key from dim_system")
    known = {row["key"] for row in rows}
    return sorted({key for d in decisions if d.kind == "product" for key in d.pair} - known)


def _list(instance: Instance, target: Path | None) -> None:
    if not _marts(instance).is_file():
        raise PortfolioError(f"Expected a release of {instance.root}, found none. Run `portfolio refresh` first.")
    decided = {(d.kind, d.pair) for d in read_decisions(instance)}
    rows = _query(instance, "select * from mart_link_review order by review_rank")
    open_rows = [r for r in rows if (r["link_kind"], tuple(sorted((r["left_key"], r["right_key"])))) not in decided]
    if target:
        write_atomically(target, _sheet(open_rows))
        click.echo(f"{len(open_rows)} pairs in {target}. Fill in decision (same, not_same), decided_by and reason, then: "
                   f"portfolio decide --file {target}")  # fmt: skip
        return
    for row in open_rows[:LISTED]:
        click.echo(f"{row['review_score_value']:>6}  {row['link_kind']:<8}  {row['left_key']}  {row['right_key']}")
        linked = "linked now" if row["is_linked"] else "apart now"
        click.echo(f"        {row['link_probability']:.0%}, {linked}: {row['link_reason']}")
    click.echo(f"{min(LISTED, len(open_rows))} of {len(open_rows)} pairs, best first.")


def _sheet(rows: list[dict[str, Any]]) -> str:
    """The pairs as CSV that a person fills in: what a decision needs first, then what helps to decide."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *SHOWN])
    for row in rows:
        pair = {"kind": row["link_kind"], "left": row["left_key"], "right": row["right_key"]}
        writer.writerow(neutral(cell) for cell in (*(pair.get(c, "") for c in COLUMNS), *(row[c] for c in SHOWN)))
    return out.getvalue()


def _marts(instance: Instance) -> Path:
    return instance.releases / "current" / "marts.duckdb"


def _query(instance: Instance, sql: str) -> list[dict[str, Any]]:
    with open_whole(_marts(instance).parent) as connection:
        try:
            found = connection.execute(sql)
        except duckdb.CatalogException as error:
            raise PortfolioError(
                f"{_marts(instance)}: expected the tables of this version, found an older release. Run `portfolio refresh` first."
            ) from error
        return [*named_rows(found)]
