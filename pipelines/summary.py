"""What a person reads at the end of a refresh, and from `portfolio status`. Reads releases only; changes nothing."""

from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.ingest.archive import Archive
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.last_run import last_run
from pipelines.lock import is_refreshing
from pipelines.release.pointer import CURRENT, all_releases, current_release
from pipelines.release.scorecard import Score, scorecard
from pipelines.release.standing import hold_of
from pipelines.release.whole import DATABASE, PARQUET, RESTRICTED, is_hidden
from pipelines.terminal import console as wide_console

MANY = 12
MANY_SENTENCES = 8
NARROWEST = 110
TROUBLES = ("Failed", "Refused", "Late", "Not taken", "Warning")


def print_release(instance: Instance, plan: dict[str, Any], build_id: str) -> bool:
    """Print what came out of a refresh; True when something is late, was refused or was not taken.

    The release shown is the one that the refresh made, else the current one, which it found unchanged.
    """
    made = [m for m in all_releases(instance) if m["build_id"] == build_id]
    manifest = made[0] if made else current_release(instance)
    console = _console()
    if manifest is None:
        console.print("No release yet.")
        return True
    folder = instance.releases / manifest["release_id"]
    console.print()
    _rows_table(console, manifest)
    trouble = _trouble(console, manifest | {n: plan[n] for n in ("late", "refused", "not_taken") if n in plan})
    _line(console, "Checks", _counts(manifest))
    for sentence in manifest["audit"]["warnings"][:MANY_SENTENCES]:
        _line(console, "Warning", sentence)
    _line(console, "Release", f"{manifest['release_id']}, as of {manifest['inputs']['as_of_date']}")
    if sentence := manifest.get("configuration", {}).get("sentence"):
        _line(console, "Settings", sentence)
    if reason := (manifest.get("cases") or {}).get("empty_reason"):
        _line(console, "Cases", reason)
    open_count = sum(1 for promised in manifest["tables"].values() if not is_hidden(promised))
    _line(console, "DuckDB", f"{folder / DATABASE} ({open_count} tables: dim_*, fct_*, mart_*)")
    _line(console, "Parquet", str(folder / PARQUET))
    _line(console, "Restricted", f"{folder / RESTRICTED} (unit prices, criticality, support: for the office)")
    _line(console, "Current", f"{instance.releases / CURRENT} -> {(instance.releases / CURRENT).resolve().name}")
    if sentence := plan.get("held"):
        _line(console, "Held", sentence)
    _line(
        console,
        "Next",
        "make ui (http://127.0.0.1:3000), make status"
        if instance.root == PROJECT_ROOT / "data"
        else f".venv/bin/portfolio ui --instance {instance.root} (http://127.0.0.1:3000)",
    )
    _line(console, "Report", f"{folder / 'report' / 'index.html'}")
    return trouble


def _console() -> Console:
    """Wide enough for seven administrations, whatever the terminal says: figures are never cut."""
    return wide_console(NARROWEST)


def _line(console: Console, label: str, text: str) -> None:
    console.print(Text.assemble((f"{label:<12}", "yellow" if label in TROUBLES else "bold"), text))


def _counts(manifest: dict[str, Any]) -> str:
    counts = manifest["audit"]["counts"]
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n or outcome in ("passed", "failed"))


def _rows_table(console: Console, manifest: dict[str, Any]) -> None:
    """Rows in force by dataset and administration, and rejected rows by dataset."""
    rows, rejected = manifest["rows"], manifest["rejected_rows"]
    codes = sorted({code for by_code in rows.values() for code in by_code})
    shown = codes if len(codes) <= MANY else []
    table = Table(
        title=f"{manifest['instance_name']}: rows in force",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
    )
    for name in ["dataset", *shown, "all" if shown else f"all {len(codes)} administrations", "rejected"]:
        table.add_column(name, justify="left" if name == "dataset" else "right", no_wrap=True)
    for dataset, by_code in rows.items():
        figures = [f"{by_code.get(code, 0):,}" for code in shown]
        table.add_row(dataset, *figures, f"{sum(by_code.values()):,}", f"{rejected.get(dataset, 0):,}")
    console.print(table)


def _trouble(console: Console, manifest: dict[str, Any]) -> bool:
    """Print what is refused, late or not taken; True when there is anything."""
    for entry in manifest["refused"]:
        _line(console, "Refused", entry["reason"])
    for entry in manifest["late"]:
        _line(console, "Late", entry["sentence"])
    for problem in manifest["not_taken"]:
        _line(console, "Not taken", problem)
    return bool(manifest["refused"] or manifest["late"] or manifest["not_taken"])


def print_status(instance: Instance) -> None:
    """Print what readers see now and how old it is."""
    manifest = current_release(instance)
    console = _console()
    if manifest is None:
        console.print(f"{instance.settings.name}: no release yet. Run `portfolio refresh`.")
        _last_run(console, instance)
        return
    age = datetime.now(UTC) - datetime.fromisoformat(manifest["made_at"])
    hours = int(age.total_seconds() // 3600)
    when = f"{hours} hours ago" if hours else "within the hour"
    console.print(Text(instance.settings.name, style="bold"))
    _line(
        console,
        "Release",
        f"{manifest['release_id']}, as of {manifest['inputs']['as_of_date']}, made {when}",
    )
    _line(console, "Checks", _counts(manifest))
    _last_run(console, instance)
    if hold := hold_of(instance):
        _line(console, "Held", hold.sentence)
    _scores_table(console, scorecard(instance.releases / manifest["release_id"]))
    if not _trouble(console, manifest):
        console.print("Nothing is late, refused or left in landing.")


def _last_run(console: Console, instance: Instance) -> None:
    """What the newest run came to; nothing where none was noted."""
    run = last_run(instance)
    if run is None:
        return
    said = {
        "released": "made a release",
        "unchanged": run.sentence or "nothing had changed",
        "failed": f"failed, {run.sentence}",
        "began": "is under way"
        if is_refreshing(instance)
        else "did not end: its process was stopped. The next begins anew.",
    }[run.state]
    label = "Last run" if run.state in ("released", "unchanged") or said == "is under way" else "Failed"
    _line(console, label, f"{run.noted_at}: {said}")


def _scores_table(console: Console, scores: list[Score]) -> None:
    """How each administration delivers; of many, those with most to mend."""
    shown = scores
    if len(scores) > MANY:
        shown = sorted(scores, key=lambda s: (s.late + s.refused, s.rejected_share), reverse=True)[:MANY]
    table = Table(title="Deliveries in force", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("administration", no_wrap=True)
    for name in ("contracts", "late", "refused", "deliveries", "accepted rows", "rejected rows", "rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    for s in shown:
        figures = (s.contracts, s.late, s.refused, s.deliveries, s.accepted_rows, s.rejected_rows)
        table.add_row(s.administration_code or "(not told)", *(f"{n:,}" for n in figures), f"{s.rejected_share:.2%}")
    if shown:
        console.print(table)
    if len(shown) < len(scores):
        console.print(
            f"and {len(scores) - len(shown):,} more administrations with less to mend (fct_delivery_administration)"
        )


def print_deliveries(instance: Instance) -> None:
    """Every delivery in the archive, newest first, with what is needed to withdraw one."""
    console = _console()
    for d in reversed(Archive(instance.archive).deliveries()):
        withdrawn = f"  withdrawn: {d.withdrawn_reason}" if d.withdrawn_reason else ""
        withdrawn += f"  {d.forgotten}" if d.forgotten else ""
        console.print(
            f"{d.delivery_id}  {d.received_at:%Y-%m-%d %H:%M}  {d.business_date}  {d.contract_id:<24} {d.file_name}{withdrawn}"
        )
