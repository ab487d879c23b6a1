"""What a person reads at the end of a refresh, and from `portfolio status`. Reads releases only; changes nothing."""

from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.instance import Instance
from pipelines.release.publish import CURRENT, current_release

MANY = 12


def print_release(instance: Instance) -> bool:
    """Print what came out of a refresh; True when something is late or was refused."""
    manifest = current_release(instance)
    console = Console(highlight=False, soft_wrap=True)
    if manifest is None:
        console.print("No release yet.")
        return True
    folder = instance.releases / manifest["release_id"]
    console.print()
    _rows_table(console, manifest)
    _trouble(console, manifest)
    counts = ", ".join(f"{n} {outcome}" for outcome, n in manifest["audit"]["counts"].items() if n)
    console.print(f"[bold]Checks[/]    {counts}")
    console.print(f"[bold]Release[/]   {manifest['release_id']}, as of {manifest['inputs']['as_of_date']}")
    console.print(
        f"[bold]DuckDB[/]    {folder / 'marts.duckdb'} ({len(manifest['tables'])} tables: dim_*, fct_*, mart_*)"
    )
    console.print(f"[bold]Parquet[/]   {folder / 'parquet'}")
    console.print(f"[bold]Current[/]   {instance.releases / CURRENT}")
    console.print("[bold]Next[/]      make ui (http://127.0.0.1:3000), portfolio status")
    return bool(manifest["late"] or manifest["refused"])


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


def _trouble(console: Console, manifest: dict[str, Any]) -> None:
    for entry in manifest["refused"]:
        console.print(f"[yellow]Refused[/]   {entry['reason']}")
    for entry in manifest["late"]:
        console.print(f"[yellow]Late[/]      {entry['sentence']}")


def print_status(instance: Instance) -> None:
    """Print what readers see now and how old it is."""
    manifest = current_release(instance)
    console = Console(highlight=False, soft_wrap=True)
    if manifest is None:
        console.print(f"{instance.settings.name}: no release yet. Run `portfolio refresh`.")
        return
    age = datetime.now(UTC) - datetime.fromisoformat(manifest["made_at"])
    hours = int(age.total_seconds() // 3600)
    console.print(f"[bold]{instance.settings.name}[/]")
    console.print(
        f"Release   {manifest['release_id']}, as of {manifest['inputs']['as_of_date']}, made {hours} hours ago"
    )
    console.print("Checks    " + ", ".join(f"{n} {outcome}" for outcome, n in manifest["audit"]["counts"].items() if n))
    _trouble(console, manifest)
    if not manifest["late"] and not manifest["refused"]:
        console.print("Nothing is late, nothing is refused.")
