"""What people decided is read, held against itself, added to, and wins over every rule."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import ConfigurationError
from pipelines.instance import Instance, Settings
from pipelines.linkage.decisions import COLUMNS, Decision, add_decisions, decisions_file, read_decisions
from pipelines.linkage.links import make_links
from pipelines.transform.build import Build

HEADER = ",".join(COLUMNS)
SYSTEM_FIELDS = ("delivery_id", "administration_code", "system_key", "system_name", "former_name", "catalogue_key",
                 "capability_codes", "supplier_name", "supplier_registration_code", "supplier_register_class_code")  # fmt: skip


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, Settings(name="Prøveby", currency="DKK", price_year=2026))


def decide(left: str, right: str, decision: str, kind: str = "product", reason: str = "Set i kontrakten") -> Decision:
    return Decision.model_validate(
        {"kind": kind, "left": left, "right": right, "decision": decision, "decided_by": "NN", "decided_date": "2026-11-02",
         "reason": reason}
    )  # fmt: skip


def written(instance: Instance, *lines: str) -> Instance:
    decisions_file(instance).parent.mkdir(parents=True)
    decisions_file(instance).write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return instance


def build_of(folder: Path, *systems: tuple[str | None, ...]) -> Build:
    """A build whose systems are (administration, key, name, catalogue key, supplier, number)."""
    build = Build(folder)
    rows = [("d1", s[0], s[1], s[2], None, s[3], "27.03", s[4], s[5], None) for s in systems]
    table = pa.table({f: pa.array([r[n] for r in rows], pa.string()) for n, f in enumerate(SYSTEM_FIELDS)})
    table = table.append_column("source_row_number", pa.array(range(len(rows)), pa.int64()))
    delivery = pa.table(
        {"delivery_id": ["d1"], "business_date": [date(2026, 10, 31)], "received_at": [date(2026, 11, 1)]}
    )
    for name, content in {"systems": table, "contracts": table.slice(0, 0), "postings": table.slice(0, 0),
                          "delivery": delivery}.items():  # fmt: skip
        build.source(f"raw_{name}").mkdir(parents=True)
        pq.write_table(content, build.source(f"raw_{name}") / f"{abs(hash(systems))}.parquet")
    return build


def products(build: Build) -> dict[str, tuple[str, str, str]]:
    """(product, method, reason) by administration/key."""
    return {
        f"{code}/{key}": (product, method, reason)
        for code, key, product, method, reason in duckdb.sql(
            "select administration_code, system_key, product_id, link_method, link_reason "
            f"from read_parquet('{build.source('link_product')}/*.parquet')"
        ).fetchall()
    }


SYSTEMS = (
    ("okf", "1", "Ravn Sag", "k1", "Ravnsø A/S", "13748136"),
    ("kff", "2", "Ravn Sag", "k1", "Ravnsø", None),
    ("sof", "3", "Noget helt andet", None, "Klintmose", None),
)


def test_rules_alone(instance: Instance, tmp_path: Path) -> None:
    build = build_of(tmp_path / "build", *SYSTEMS)
    assert make_links(build, instance) == []
    found = products(build)
    assert found["okf/1"][0] == found["kff/2"][0] != found["sof/3"][0]


def test_same_joins_where_the_rules_say_nothing_and_says_why(instance: Instance, tmp_path: Path) -> None:
    add_decisions(instance, [decide("sof/3", "okf/1", "same")])
    build = build_of(tmp_path / "build", *SYSTEMS)
    assert make_links(build, instance) == []
    found = products(build)
    assert len({product for product, *_ in found.values()}) == 1
    assert found["sof/3"][1:] == ("decision", "Decided on 2026-11-02: Set i kontrakten")


def test_not_same_splits_where_the_rules_are_certain(instance: Instance, tmp_path: Path) -> None:
    add_decisions(instance, [decide("okf/1", "kff/2", "not_same")])
    build = build_of(tmp_path / "build", *SYSTEMS)
    make_links(build, instance)
    found = products(build)
    assert len({product for product, *_ in found.values()}) == 3
    assert found["okf/1"][1] == found["kff/2"][1] == "only_use"


def test_suppliers_are_decided_by_their_spelling(instance: Instance, tmp_path: Path) -> None:
    add_decisions(
        instance,
        [
            decide("Ravnsø A/S|13748136", "Ravnsø", "not_same", "supplier"),
            decide("Ravnsø", "Klintmose", "same", "supplier"),
        ],
    )
    build = build_of(tmp_path / "build", *SYSTEMS)
    assert make_links(build, instance) == []
    ids = dict(
        duckdb.sql(
            f"select source_supplier_name, supplier_id from read_parquet('{build.source('link_supplier')}/*.parquet')"
        ).fetchall()
    )
    assert ids["Ravnsø"] == ids["Klintmose"] != ids["Ravnsø A/S"]


def test_a_new_decision_is_not_answered_from_kept_links(instance: Instance, tmp_path: Path) -> None:
    make_links(build_of(tmp_path / "one", *SYSTEMS), instance)
    add_decisions(instance, [decide("okf/1", "kff/2", "not_same")])
    build = build_of(tmp_path / "two", *SYSTEMS)
    make_links(build, instance)
    assert products(build)["okf/1"][0] != products(build)["kff/2"][0]


def test_what_is_no_longer_delivered_is_a_warning_every_time(instance: Instance, tmp_path: Path) -> None:
    add_decisions(instance, [decide("okf/1", "okf/gone", "same")])
    for folder in ("one", "two"):
        (warning,) = make_links(build_of(tmp_path / folder, *SYSTEMS), instance)
        assert "okf/gone" in warning


def test_contradictions_name_the_lines_of_the_whole_way(instance: Instance) -> None:
    written(
        instance,
        "product,a/1,a/2,same,NN,2026-11-01,x",
        "supplier,a/1,a/2,not_same,NN,2026-11-01,another kind",
        "product,a/3,a/2,same,NN,2026-11-01,x",
        "product,a/1,a/3,not_same,NN,2026-11-01,x",
    )
    with pytest.raises(ConfigurationError) as error:
        read_decisions(instance)
    (sentence,) = str(error.value).splitlines()
    assert "line 5 says" in sentence
    assert "lines 2, 4 that they are" in sentence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("product,a/1,a/2,maybe,NN,2026-11-01,x", "decision"),
        ("product,a/1,a/1,same,NN,2026-11-01,x", "two different things"),
        ("product,a1,a/2,same,NN,2026-11-01,x", "administration/system key"),
        ("product,a/1,a/2,same,,2026-11-01,x", "decided_by"),
        ("product,a/1,a/2,same,NN,1.11.2026,x", "decided_date"),
        ("product,a/1,a/2,same,NN,2026-11-01,", "reason"),
    ],
)
def test_a_faulty_line_is_named_with_what_is_wrong(instance: Instance, line: str, expected: str) -> None:
    written(instance, line)
    with pytest.raises(ConfigurationError, match=rf"line 2.*{expected}"):
        read_decisions(instance)


def test_adding_is_all_or_nothing_and_twice_is_once(instance: Instance) -> None:
    first = decide("a/1", "a/2", "same", reason='Samme "system", se kontrakt')
    assert add_decisions(instance, [first, decide("a/2", "a/1", "same")]) == [first]
    assert add_decisions(instance, [first]) == []
    before = decisions_file(instance).read_bytes()
    with pytest.raises(ConfigurationError, match=r"Nothing was recorded.*line 4 says.*line 2 that"):
        add_decisions(instance, [decide("a/3", "a/4", "same"), decide("a/2", "a/1", "not_same")])
    assert decisions_file(instance).read_bytes() == before
    assert read_decisions(instance) == (first,)


def asked(build: Build) -> list[tuple[str, str, str, bool]]:
    return duckdb.sql(
        "select link_kind, left_key, right_key, is_linked "
        f"from read_parquet('{build.source('link_candidate')}/*.parquet') order by all"
    ).fetchall()


DOUBTFUL = (
    ("okf", "1", "Ravn Sagsbehandling", None, "Klintmose", None),
    ("kff", "2", "Ravn Sag og Dokument", None, "Egholt", None),
    (
        "sof",
        "3",
        "Ravn Sagsbehandling",
        None,
        None,
        None,
    ),  # linked to the first, slightly: nobody says by whom it is made
    ("buf", "4", "Bogudlån", None, "Humlevad", None),
)


def test_pairs_to_look_at_are_asked_once_and_not_again_when_decided(instance: Instance, tmp_path: Path) -> None:
    build = build_of(tmp_path / "one", *DOUBTFUL)
    make_links(build, instance)
    first = asked(build)
    assert ("product", "okf/1", "sof/3", True) in first or ("product", "sof/3", "okf/1", True) in first
    assert not any("buf/4" in pair for pair in first)
    for number, (kind, left, right, _) in enumerate(first):
        add_decisions(instance, [decide(left, right, ("not_same", "same")[number % 2], kind)])
    again = build_of(tmp_path / "two", *DOUBTFUL)
    make_links(again, instance)
    assert {(left, right) for _, left, right, _ in first}.isdisjoint(
        (left, right) for _, left, right, _ in asked(again)
    )
