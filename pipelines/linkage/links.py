"""The links of one build: which supplier spellings and which system uses are the same. The stage's front door.

Exact keys first (register number, catalogue key), then names: normalised, then similar. Each link says by which rule it was
made, how probable it is, and why, in words. The figures are measured against the sample's truth in tests/truth.
"""

from pathlib import Path

import duckdb

from pipelines.files import fingerprint, fresh_folder, link_or_copy
from pipelines.linkage.names import normalising
from pipelines.linkage.products import link_products
from pipelines.linkage.suppliers import link_suppliers
from pipelines.transform.build import Build

LINK_VERSION = 3
SOURCES = ("systems", "contracts", "postings")


def make_links(build: Build, kept: Path) -> None:
    """Write link_supplier and link_product into the build's inputs, from links kept for the same raw rows when there are some."""
    key = fingerprint(LINK_VERSION, {n: sorted(p.name for p in build.source(f"raw_{n}").iterdir()) for n in SOURCES})[
        :16
    ]
    folder = kept / key
    if not (folder / "complete").exists():
        fresh_folder(folder)
        with duckdb.connect(":memory:") as connection:
            normalising(connection)
            link_suppliers(connection, build, folder / "link_supplier.parquet")
            link_products(connection, build, folder / "link_product.parquet")
        (folder / "complete").touch()
    for name in ("link_supplier", "link_product"):
        build.source(name).mkdir()
        link_or_copy(folder / f"{name}.parquet", build.source(name) / f"{name}.parquet")
