"""How well names are linked, on labels that people gave: software products of two shops, and organisations in many spellings.

Run with `-s` (or see the summary that is printed) for the figures; docs/linking.md repeats them.
"""

import csv
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.linkage.model import model, precision_recall
from pipelines.linkage.names import normalising
from pipelines.linkage.products import product_pairs
from pipelines.linkage.suppliers import SOURCES, link_suppliers
from pipelines.transform.build import Build
from tests.real.matching import labelled, learnt, rows

pytestmark = pytest.mark.real
Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def out(sentence: str) -> None:
        with capsys.disabled():
            print(f"\n{sentence}")

    return out


@pytest.fixture(scope="module")
def software(real_files: Path) -> duckdb.DuckDBPyConnection:
    return labelled(real_files / "software-matching")


def test_weights_are_what_the_training_pairs_teach(software: duckdb.DuckDBPyConnection) -> None:
    """What is in weights.yml can be made again, and nothing of the validation pairs is in it."""
    again = learnt(software)
    assert again.weights == pytest.approx(model().weights, abs=0.002)
    assert again.intercept == pytest.approx(model().intercept, abs=0.02)
    assert again.threshold == model().threshold


def test_the_model_on_pairs_it_has_not_seen(software: duckdb.DuckDBPyConnection, say: Say) -> None:
    features, labels = rows(software, "validation")
    probabilities = model().probabilities(features)
    precision, recall, f1 = precision_recall(probabilities >= model().threshold, labels)
    say(
        f"software, model: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} over {len(labels)} validation pairs"
    )
    assert len(labels) == 2293
    assert precision >= 0.66
    assert recall >= 0.78
    assert f1 >= 0.72


def test_a_probability_means_what_it_says(software: duckdb.DuckDBPyConnection, say: Say) -> None:
    """Of the unseen pairs that are given about one in three, about one in three is right; and so on."""
    features, labels = rows(software, "validation")
    probabilities = model().probabilities(features)
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        chosen = (probabilities >= low) & (probabilities < high)
        said, true = probabilities[chosen].mean(), labels[chosen].mean()
        say(f"software, {low:.1f} to {high:.1f}: said {said:.2f}, true {true:.2f} of {chosen.sum()} pairs")
        assert abs(said - true) < 0.1


def test_sql_and_python_give_the_same_probability(software: duckdb.DuckDBPyConnection) -> None:
    features, _ = rows(software, "validation")
    by_sql = software.execute(
        f"select {model().probability_sql()} from labelled join feature using (a, b) where split = 'validation' order by number"
    ).fetchall()
    assert np.allclose(model().probabilities(features), [p for (p,) in by_sql])


def test_the_rules_on_the_same_pairs(software: duckdb.DuckDBPyConnection, say: Say) -> None:
    """The rules join only what is nearly certain: few of these pairs, whose names differ on purpose, and most of them right."""
    software.execute(
        "create or replace table system_use as select id, name as system_name, core(name, maker) as name, '' as former, "
        "null::varchar as catalogue_key, null::varchar as task, nullif(maker, '') as supplier from record"
    )
    linked = {(a, b) for a, b, *_ in software.execute(product_pairs()).fetchall()}
    pairs = software.execute("select a, b, same from labelled where split = 'validation' order by number").fetchall()
    judged = np.array([(a, b) in linked for a, b, _ in pairs])
    precision, recall, f1 = precision_recall(judged, np.array([float(same) for *_, same in pairs]))
    say(f"software, rules: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    _, model_recall, model_f1 = precision_recall(model().probabilities(rows(software, "validation")[0]) >= model().threshold,
                                                 rows(software, "validation")[1])  # fmt: skip
    assert recall < model_recall
    assert f1 < model_f1


def test_organisations_in_many_spellings(real_files: Path, tmp_path: Path, say: Say) -> None:
    """As suppliers' names are: without numbers, in two languages, abbreviated, with the folder they lie in before them."""
    text = (real_files / "canada" / "organisation_name_variants.csv").read_text("utf-8-sig")
    true = {row["org_name_variant"]: row["org_id"] for row in csv.DictReader(text.splitlines())}
    build = Build(tmp_path)
    for source in SOURCES:
        names = list(true) if source == "postings" else []
        nothing = pa.nulls(len(names), pa.string())
        table = pa.table(
            {"supplier_name": pa.array(names, pa.string()), "supplier_registration_code": nothing, "supplier_register_class_code": nothing}
        )  # fmt: skip
        build.source(f"raw_{source}").mkdir(parents=True)
        pq.write_table(table, build.source(f"raw_{source}") / "rows.parquet")
    with duckdb.connect(":memory:") as connection:
        normalising(connection)
        link_suppliers(connection, build, tmp_path / "links.parquet")
    found = {r["source_supplier_name"]: r["supplier_id"] for r in pq.read_table(tmp_path / "links.parquet").to_pylist()}
    linked = {pair for pair in combinations(sorted(true), 2) if found[pair[0]] == found[pair[1]]}
    same = {pair for pair in combinations(sorted(true), 2) if true[pair[0]] == true[pair[1]]}
    precision, recall = len(linked & same) / len(linked), len(linked & same) / len(same)
    say(
        f"organisations: precision {precision:.3f}, recall {recall:.3f} over {len(same)} true pairs of {len(true)} spellings"
    )
    assert precision >= 0.97
    assert recall >= 0.37
