"""The command `portfolio trace`: a row of a release, and the rows of delivered files behind it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.command_options import instance_option

if TYPE_CHECKING:  # what a command needs is imported when it is called
    from rich.console import Console

    from pipelines.configuration import Configuration
    from pipelines.trace.released import Released, Row


@click.command()
@click.argument("table")
@click.argument("key", nargs=-1)
@click.option("--release", "release_id", help="The release to look in (default: the current one).")
@click.option("--limit", type=click.IntRange(1, 1000), default=3, show_default=True, help="Rows shown of each table.")
@click.option("--show-private", is_flag=True, help="Show cells of personal and restricted columns.")
@instance_option
@click.pass_obj
def trace(
    root: Path | None, table: str, key: tuple[str, ...], release_id: str | None, limit: int, show_private: bool
) -> None:
    """Show which rows of which delivered files stand behind a row of TABLE, with the contract's rules.

    KEY: `column=value ...` of the table's columns, or the one id of a table that has one.

    Exit codes: 0 found, 1 no such table, row or release, 2 faulty use.
    """
    from pipelines.instance import Instance
    from pipelines.trace.released import Released
    from pipelines.trace.terminal import console, print_found, print_row
    from pipelines.transform.configured import archived_configuration

    instance = Instance.load(root)
    released = Released.open(instance, release_id)
    found = released.find(table, key, limit)
    with tempfile.TemporaryDirectory(prefix="portfolio-trace-") as work:
        content_hash = released.manifest["inputs"]["configuration_hash"]
        configuration = archived_configuration(instance, content_hash, Path(work) / "configuration")
        printer = _Printer(console(), released, configuration, Path(work) / "rows", show_private)
        printer.out.print(f"Release {released.folder.name}, as of {released.manifest['inputs']['as_of_date']}")
        if found.count > len(found.rows):
            printer.out.print(
                f"{found.count:,} rows of {table} have this key; the first {len(found.rows)} are shown (--limit)."
            )
        for row in found.rows:
            printer.out.print()
            print_row(printer.out, table, released.keys(table).key, row)
            printer.print_made_from(table)
            printer.print_sources([row])
            for behind in released.behind(table, row, limit):
                print_found(printer.out, behind)
                printer.print_sources(behind.rows)


@dataclass(frozen=True)
class _Printer:
    """What the rows of files are looked up with, and where they are printed."""

    out: "Console"
    released: "Released"
    configuration: "Configuration"
    work: Path
    show_private: bool

    def print_made_from(self, table: str) -> None:
        """The files of the instance that a row comes from, where it comes from no delivery."""
        if made_from := self.released.keys(table).made_from:
            self.out.print(f"  made from {made_from}, configuration {self.configuration.content_hash[:12]}")

    def print_sources(self, rows: "Sequence[Row]") -> None:
        """The rows of files that rows of a table come from, delivery by delivery."""
        from pipelines.ingest.archive import Archive
        from pipelines.trace.source_row import source_rows
        from pipelines.trace.terminal import print_delivery, print_files, print_source_row, references

        instance = self.configuration.instance
        archive = Archive(instance.archive)
        known = {d.delivery_id: d for d in archive.deliveries()}
        for delivery_id, places in references(rows).items():
            delivery = known[delivery_id]
            print_delivery(self.out, delivery, self.released.delivery(delivery_id))
            if delivery.forgotten:
                self.out.print(f"  its bytes were {delivery.forgotten}: the rows of its files cannot be shown any more")
                continue
            print_files(self.out, archive, delivery, instance.root)
            numbers = [number for number, _ in places if number is not None]
            found = source_rows(self.configuration, delivery, numbers, self.work) if numbers else {}
            for number, column in places:
                if number in found:
                    print_source_row(self.out, found[number], column, self.show_private)
