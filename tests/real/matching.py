"""Labelled pairs of real software products, as the linking compares them. Shared by the test that measures and by who learns anew."""

from pathlib import Path

import duckdb
import numpy as np

from pipelines.linkage.features import FEATURES, compare
from pipelines.linkage.model import Model, Vector, fit
from pipelines.linkage.names import normalising

SPLITS = ("train", "validation")


def labelled(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with `labelled` (split, number, same, a, b) and table `feature`, over all records of both splits.

    Rarity and best partners are seen over all pairs; labels are not looked at.
    """
    connection = duckdb.connect(":memory:")
    normalising(connection)
    files = " union all ".join(
        f"select '{split}' as split, * from read_csv('{folder}/deepmatcher_amz_goog_{split}.csv', all_varchar=true)"
        for split in SPLITS
    )
    connection.execute(
        "create table labelled as select split, cast(id as int) as number, cast(label as int) as same, 'a' || left_id as a, "
        f"'b' || right_id as b, left_title, left_manufacturer, left_price, right_title, right_manufacturer, right_price from ({files})"
    )
    sides = " union ".join(
        f"select distinct {letter} as id, plain({side}_title) as name, plain({side}_manufacturer) as maker, "
        f"try_cast({side}_price as double) as price from labelled"
        for letter, side in (("a", "left"), ("b", "right"))
    )
    connection.execute(f"create table record as {sides}")
    connection.execute("create table compared as select distinct a, b from labelled")
    compare(connection)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, split: str) -> tuple[Vector, Vector]:
    """(features in the order of FEATURES, labels) of one split."""
    found = connection.execute(
        f"select same, {', '.join(FEATURES)} from labelled join feature using (a, b) where split = ? order by number",
        [split],
    ).fetchall()
    table = np.array(found, dtype=np.float64)
    return table[:, 1:], table[:, 0]


def learnt(connection: duckdb.DuckDBPyConnection) -> Model:
    """What the training split teaches."""
    return fit(*rows(connection, "train"))
