"""Releases and their differences as text on a terminal. Computes nothing."""

from collections.abc import Sequence
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.instance import Instance
from pipelines.release.compare import Change, TableDifference
from pipelines.release.pointer import all_releases, current_release
from pipelines.release.rebuildable import lost_deliveries, lost_inputs
from pipelines.release.standing import hold_of, kept, pins_of
from pipelines.terminal import console as wide_console

WIDTH = 120


def print_releases(instance: Instance) -> None:
    """All releases, newest first, and what becomes of each."""
    console = _console()
    manifests = all_releases(instance)
    if not manifests:
        console.print(f"{instance.settings.name}: no release yet. Run `portfolio refresh`.")
        return
    current, pins, stays = current_release(instance), pins_of(instance), kept(instance)
    lost = lost_deliveries(instance)
    words = {
        "current": "readers see it",
        "before": "the one before",
        "held": "kept for the rollback",
        "newest": "",
        "recent": "",
    }
    table = Table(box=box.SIMPLE_HEAD, title=instance.settings.name, title_justify="left", title_style="bold")
    for name in ("", "release", "as of", "checks", "warnings", "late", "refused", "stays because"):
        table.add_column(
            name, no_wrap=True, justify="right" if name in ("checks", "warnings", "late", "refused") else "left"
        )
    for m in manifests:
        name = m["release_id"]
        reason = stays.get(name)
        told = "goes with the next release" if reason is None else words.get(reason, "")
        if name in pins:
            told = f"pinned by {pins[name].by}: {pins[name].why}"
        if lost_inputs(m, lost):
            told = f"{told} (not rebuildable)".strip()
        counts = m["audit"]["counts"]
        table.add_row(
            "→" if current and name == current["release_id"] else "", name, m["inputs"]["as_of_date"],
            f"{sum(counts.values()):,}", f"{counts.get('warning', 0):,}", f"{len(m['late']):,}", f"{len(m['refused']):,}", told,
        )  # fmt: skip
    console.print(table)
    for delivery, said in lost.items():
        needed = sum(1 for m in manifests if delivery in lost_inputs(m, lost))
        if needed:
            console.print(f"Delivery {delivery} {said}: {needed} of these releases cannot be rebuilt.")
    if hold := hold_of(instance):
        console.print(hold.sentence)


def print_differences(before: str, after: str, found: Sequence[TableDifference]) -> None:
    """First which tables differ and how much, then each with its sums and the changes that weigh most."""
    console = _console()
    differing = [d for d in found if not d.is_same]
    console.print(f"{before} → {after}: {len(differing)} of {len(found)} tables differ.")
    if not differing:
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("table", "rows before", "rows after", "added", "removed", "changed"):
        table.add_column(name, no_wrap=True, justify="left" if name == "table" else "right")
    for d in differing:
        rows = ("–" if n is None else f"{n:,}" for n in d.rows)
        table.add_row(d.table, *rows, *(f"{n:,}" for n in (d.added, d.removed, d.changed)))
    console.print(table)
    for d in differing:
        _print_table(console, d)


def _print_table(console: Console, d: TableDifference) -> None:
    lines = [f"  column {c} is gone" for c in d.columns[0]] + [f"  column {c} is new" for c in d.columns[1]]
    lines += [
        f"  {name}: {_amount(old)} → {_amount(new)} ({(new or 0) - (old or 0):+,.2f})"
        for name, (old, new) in d.sums.items()
    ]
    lines += [_change(c) for c in d.changes]
    if lines:
        console.print(d.table, style="bold")
        for line in lines:
            console.print(line)


def _amount(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value:,.2f}"


def _change(change: Change) -> str:
    key = ", ".join(f"{k}={v}" for k, v in change.key.items() if v is not None)
    if change.column is None:
        return f"  {change.kind}: {key}"
    before, after = ("–" if v is None else str(v) for v in (change.before, change.after))
    shown = {"added": after, "removed": before}.get(change.kind, f"{before} → {after}")
    return f"  {change.kind}: {key}: {change.column} {shown}"


def _console() -> Console:
    return wide_console(WIDTH)
