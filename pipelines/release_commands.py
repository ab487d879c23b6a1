"""The commands about releases: list, go back, hold, pin, compare, prove. Thin: what they do is in pipelines/release/."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.command_options import instance_option
from pipelines.errors import PortfolioError
from pipelines.instance import Instance

EXIT_DIFFERENT = 4
by_option = click.option("--by", required=True, help="Role of who decides.")
why_option = click.option("--why", required=True, help="Why, in words that others understand.")


@click.command()
@instance_option
@click.pass_obj
def releases(root: Path | None) -> None:
    """List all releases, newest first: which readers see, which are pinned, and which retention will remove next."""
    from pipelines.release.terminal import print_releases

    print_releases(Instance.load(root))


@click.command()
@click.argument("release")
@by_option
@why_option
@instance_option
@click.pass_obj
def rollback(root: Path | None, release: str, by: str, why: str) -> None:
    """Show readers RELEASE again, at once. It holds: the nightly run does not publish the same inputs anew until something has
    changed (a delivery, the configuration, the code) or `portfolio resume`."""
    from pipelines.lock import refresh_lock
    from pipelines.release.standing import rollback as go_back

    instance = Instance.load(root)
    with refresh_lock(instance):
        hold = go_back(instance, release, by, why)
    click.echo(hold.sentence)


@click.command()
@instance_option
@click.pass_obj
def resume(root: Path | None) -> None:
    """End the hold of a rollback: the next refresh publishes again. Until then readers see what they see now."""
    from pipelines.release.standing import resume as end_hold

    hold = end_hold(Instance.load(root))
    click.echo(
        f"The hold on {hold.from_release} is ended. The next `portfolio refresh` publishes again."
        if hold
        else "Nothing is held."
    )


@click.command()
@click.argument("release")
@by_option
@why_option
@click.option("--remove", is_flag=True, help="Let retention decide again.")
@instance_option
@click.pass_obj
def pin(root: Path | None, release: str, by: str, why: str, remove: bool) -> None:
    """Keep RELEASE whatever its age (a budget was decided on it, say)."""
    from pipelines.release import standing

    instance = Instance.load(root)
    if remove:
        standing.unpin(instance, release)
        click.echo(f"{release} is not pinned any more.")
    else:
        click.echo(f"{standing.pin(instance, release, by, why)} is pinned: retention leaves it alone.")


@click.command()
@click.argument("release", default="current")
@instance_option
@click.pass_obj
def verify(root: Path | None, release: str) -> None:
    """Recompute every hash, count and checksum of RELEASE in a fresh process. Exit code 1 when anything differs."""
    from pipelines.release.pointer import release_folder
    from pipelines.release.readback import read_back
    from pipelines.release.rebuildable import lost_deliveries, lost_inputs

    instance = Instance.load(root)
    folder = release_folder(instance, release)
    if found := read_back(folder):
        raise PortfolioError(f"{folder.name} is not what was released:\n{found}")
    manifest = json.loads((folder / "release.json").read_text("utf-8"))
    click.echo(f"{folder.name}: {len(manifest['files'])} files and {len(manifest['tables'])} tables are as released.")
    for delivery, said in lost_inputs(manifest, lost_deliveries(instance)).items():
        click.echo(f"It can no longer be rebuilt: delivery {delivery} {said}.")


@click.command()
@click.argument("before")
@click.argument("after", default="current")
@click.option("--table", "tables", multiple=True, help="Compare this table only; may be repeated.")
@click.option("--most", default=5, show_default=True, help="How many changes to show of each table.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--exit-code", is_flag=True, help="Exit 4 when anything differs.")
@instance_option
@click.pass_obj
def diff(
    root: Path | None, before: str, after: str, tables: tuple[str, ...], most: int, as_json: bool, exit_code: bool
) -> None:
    """Compare release BEFORE with AFTER: rows, sums, and the changes that weigh most, table by table."""
    from pipelines.release.compare import compare
    from pipelines.release.pointer import release_manifest
    from pipelines.release.terminal import print_differences

    instance = Instance.load(root)
    old, new = (release_manifest(instance, release) for release in (before, after))
    known = sorted(set(old["tables"]) | set(new["tables"]))
    if unknown := sorted(set(tables) - set(known)):
        raise PortfolioError(f"Table {unknown[0]!r}: expected one of {', '.join(known)}. Choose one of them.")
    one, two = ((instance.releases / m["release_id"], m) for m in (old, new))
    found = compare(one, two, tables, most)
    if as_json:
        click.echo(json.dumps([asdict(d) for d in found], indent=2, ensure_ascii=False, default=str))
    else:
        print_differences(old["release_id"], new["release_id"], found)
    if exit_code and not all(d.is_same for d in found):
        sys.exit(EXIT_DIFFERENT)
