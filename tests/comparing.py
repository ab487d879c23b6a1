"""Two releases of an instance held against each other, table by table and row by row."""

from pipelines.instance import Instance
from pipelines.release.compare import compare
from pipelines.release.pointer import release_manifest


def current(instance: Instance) -> str:
    """Id of the release that readers see."""
    return (instance.releases / "current").resolve().name


def differing_tables(instance: Instance, before: str, after: str) -> list[str]:
    """Released tables that are not the same row by row, but for the one that says which release it is."""
    one, two = ((instance.releases / name, release_manifest(instance, name)) for name in (before, after))
    return [d.table for d in compare(one, two) if not d.is_same and d.table != "release"]
