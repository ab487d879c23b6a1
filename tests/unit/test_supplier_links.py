"""Which spellings are the same supplier: a number brings together whom it names, a faulty one nobody."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.linkage.names import normalising
from pipelines.linkage.suppliers import SOURCES, link_suppliers
from pipelines.transform.build import Build

Spelling = tuple[str | None, str | None, str | None]  # name, number, class as conforming gives them
FIELDS = ("supplier_name", "supplier_registration_code", "supplier_register_class_code")


def linked(
    tmp_path: Path, *spellings: Spelling
) -> dict[tuple[str, str], tuple[str, str | None, str | None, str | None]]:
    """Each spelling (name, number) with its supplier: (id, name, number, class of the spelling)."""
    build = Build(tmp_path)
    for source in SOURCES:
        rows = spellings if source == "postings" else ()
        table = pa.table({f: pa.array([row[n] for row in rows], pa.string()) for n, f in enumerate(FIELDS)})
        build.source(f"raw_{source}").mkdir(parents=True, exist_ok=True)
        pq.write_table(table, build.source(f"raw_{source}") / "rows.parquet")
    with duckdb.connect(":memory:") as connection:
        normalising(connection)
        link_suppliers(connection, build, tmp_path / "links.parquet")
    rows = pq.read_table(tmp_path / "links.parquet").to_pylist()
    return {
        (r["source_supplier_name"], r["source_registration_code"]): (
            r["supplier_id"], r["supplier_name"], r["supplier_registration_code"], r["source_register_class_code"],
        )
        for r in rows
    }  # fmt: skip


def test_a_right_number_brings_two_names_together_and_a_faulty_one_does_not(tmp_path: Path) -> None:
    found = linked(
        tmp_path,
        ("Ravnsø Data", "13748136", "domestic"),
        ("Tidligere Navn", "13748136", "domestic"),
        ("Klintmose", "SE556012579001", "foreign"),
        ("Programvara", "SE556012579001", "foreign"),
        ("Egholt Rengøring", "24256791", "faulty"),
        ("Humlevad Catering", "24256791", "faulty"),
    )
    ids = {name: supplier for (name, _), (supplier, *_) in found.items()}
    assert ids["Ravnsø Data"] == ids["Tidligere Navn"]
    assert ids["Klintmose"] == ids["Programvara"]
    assert ids["Egholt Rengøring"] != ids["Humlevad Catering"]
    assert len(set(ids.values())) == 4
    assert {name: code for (name, _), (_, _, code, _) in found.items()} == {
        "Ravnsø Data": "13748136",
        "Tidligere Navn": "13748136",
        "Klintmose": "SE556012579001",
        "Programvara": "SE556012579001",
        "Egholt Rengøring": None,
        "Humlevad Catering": None,
    }


def test_a_mistyped_number_stays_with_the_name_that_it_stands_at(tmp_path: Path) -> None:
    found = linked(
        tmp_path,
        ("Ravnsø Data A/S", "13748136", "domestic"),
        ("Ravnsø Data", "13748137", "faulty"),
        ("Kragemose", "13748137", "faulty"),
        ("KRAGEMOSE ApS", None, None),
    )
    assert found["Ravnsø Data", "13748137"][0] == found["Ravnsø Data A/S", "13748136"][0]
    assert found["Ravnsø Data", "13748137"][2:] == ("13748136", "faulty")
    assert found["Kragemose", "13748137"][0] == found["KRAGEMOSE ApS", ""][0]
    assert len({supplier for supplier, *_ in found.values()}) == 2


def test_without_a_register_numbers_tie_as_they_stand(tmp_path: Path) -> None:
    found = linked(tmp_path, ("Alfa", "GB 123 4567 89", None), ("Beta", "gb123456789", None), ("Gamma", "24256791", None),
                   ("Delta", "DK-24256791", None))  # fmt: skip
    ids = {name: supplier for (name, _), (supplier, *_) in found.items()}
    assert ids["Alfa"] == ids["Beta"] != ids["Gamma"] == ids["Delta"]


def test_a_domestic_number_is_shown_before_a_foreign_one(tmp_path: Path) -> None:
    found = linked(
        tmp_path,
        ("Ravnsøhøj Datasystemer", "13748136", "domestic"),
        ("Ravnsøhøj Datasystemr", None, None),  # alike both, and so brings them together
        ("Ravnsøhøj Datasystmr", "SE556012579001", "foreign"),
    )
    assert len({supplier for supplier, *_ in found.values()}) == 1
    assert {code for _, _, code, _ in found.values()} == {"13748136"}


def test_whom_only_a_faulty_number_names_is_called_by_it(tmp_path: Path) -> None:
    found = linked(
        tmp_path, (None, "24256791", "faulty"), ("Ravnsø Data", "24256791", "faulty"), (None, None, "faulty")
    )
    assert set(found) == {("", "24256791"), ("Ravnsø Data", "24256791")}
    assert found["", "24256791"][1] == "24256791"
    assert found["", "24256791"][0] != found["Ravnsø Data", "24256791"][0]


def ids(found: dict[tuple[str, str], tuple[str, str | None, str | None, str | None]]) -> dict[str, str]:
    return {name: supplier for (name, _), (supplier, *_) in found.items()}


def test_a_spelling_that_holds_two_names_brings_both_together(tmp_path: Path) -> None:
    found = ids(
        linked(
            tmp_path,
            ("Border Services Agency | Agence des services frontaliers", None, None),
            ("Border Services Agency", None, None),
            ("Agence des services frontaliers", None, None),
            ("Services Agency (of the Border)", None, None),  # the same words in another order
            ("W H Buckingham Ltd", None, None),
            ("Buckingham Ltd W H", None, None),
            ("H F T Ltd", None, None),  # letters tell by their order
            ("T F H", None, None),
            ("Leet A/C A", None, None),
            ("Hardwick A/C", None, None),
            ("Port Authority - Budget", None, None),
            ("Bridge Authority - Budget", None, None),  # one word in common, which is nobody's name
        )
    )
    assert len({supplier for name, supplier in found.items() if "ervices" in name}) == 1
    assert found["W H Buckingham Ltd"] == found["Buckingham Ltd W H"]
    assert found["H F T Ltd"] != found["T F H"]
    assert found["Leet A/C A"] != found["Hardwick A/C"]
    assert found["Port Authority - Budget"] != found["Bridge Authority - Budget"]


def test_initials_bring_together_when_one_name_alone_has_them(tmp_path: Path) -> None:
    found = ids(
        linked(
            tmp_path,
            ("Nordisk Drift og Data A/S", None, None),
            ("NDD", None, None),
            ("Ravnsø Sky Tjenester", None, None),
            ("Rosenlund Service Teknik", None, None),
            ("RST", None, None),
        )
    )
    assert found["NDD"] == found["Nordisk Drift og Data A/S"]
    assert len({found["RST"], found["Ravnsø Sky Tjenester"], found["Rosenlund Service Teknik"]}) == 3


def test_long_names_that_differ_in_the_telling_word_stay_apart(tmp_path: Path) -> None:
    found = ids(
        linked(
            tmp_path,
            ("Administrationsselskabet Hamilton", None, None),
            ("Administrationsselskabet Halifax", None, None),
        )
    )
    assert len(set(found.values())) == 2


def test_different_numbers_stay_apart_whatever_names_they_hold(tmp_path: Path) -> None:
    found = ids(
        linked(tmp_path, ("Ravnsø Data | Klint Data", "13748136", "domestic"), ("Klint Data", "24256790", "domestic"))
    )
    assert len(set(found.values())) == 2
