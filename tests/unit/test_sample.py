"""The sample: the same seed the same bytes, committed files up to date, sizes as asked, and a truth that agrees with itself."""

import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.contracts.loading import load_contracts
from pipelines.instance import PROJECT_ROOT
from pipelines.sample import names
from pipelines.sample.catalogue import ADMINISTRATIONS, EVERYWHERE, unit_code
from pipelines.sample.extract import Extract, Fault, Line, danish_number, plant
from pipelines.sample.formats import xlsx_bytes
from pipelines.sample.generate import make_extracts, make_world, write_sample
from pipelines.sample.planted import planted
from pipelines.sample.world import Posting, Use, World

DATA = PROJECT_ROOT / "data"
TRUTH = PROJECT_ROOT / "tests" / "truth"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def extracts(world: World) -> list[Extract]:
    return make_extracts(world)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample")
    write_sample(root / "data", truth=root / "truth")
    return root


def _files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def _content(name: str, data: bytes) -> object:
    """What a file says, whatever the version of the library that packed it."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {entry: archive.read(entry) for entry in archive.namelist()}
    return pq.read_table(io.BytesIO(data)) if name.endswith(".parquet") else data


def test_same_seed_writes_the_same_bytes(written: Path, extracts: list[Extract]) -> None:
    landing = written / "data" / "landing"
    assert {f"{e.folder}/{e.file_name}": e.content for e in extracts} == {
        name: data for name, data in _files(landing).items() if not name.endswith(".delivery.yml")
    }


def test_another_seed_writes_another_municipality(world: World) -> None:
    assert [u.system_name for u in make_world(seed=102).uses] != [u.system_name for u in world.uses]


@pytest.mark.parametrize(("made", "committed"), [("data/landing", DATA / "landing"), ("truth", TRUTH)])
def test_committed_files_are_what_the_generator_writes(written: Path, made: str, committed: Path) -> None:
    fresh, kept = _files(written / made), _files(committed)
    assert sorted(fresh) == sorted(kept), "run `make sample` and commit what it writes"
    for name, data in fresh.items():
        assert _content(name, data) == _content(name, kept[name]), (
            f"{name}: run `make sample` and commit what it writes"
        )


def test_committed_files_stay_small() -> None:
    assert sum(len(data) for data in _files(DATA / "landing").values()) < 10 * MEGABYTE
    assert sum(len(data) for data in _files(TRUTH).values()) < 3 * MEGABYTE


def test_sizes_are_those_asked_for(world: World, extracts: list[Extract]) -> None:
    current = [line.origin for e in extracts if e.in_force for line in e.lines if isinstance(line.origin, Use)]
    assert 590 <= len(current) <= 610
    assert 245 <= len({u.product.product_id for u in current}) <= 255
    assert sum(s.is_it for s in world.suppliers) == 150
    assert len(world.contracts) == 400
    assert len(world.postings) == 50_000
    assert {p.posting_date.year for p in world.postings} == {2024, 2025, 2026}
    assert len(world.projects) == 60


@pytest.mark.parametrize("dataset", ["systems", "contracts", "postings", "budgets", "investments"])
def test_every_administration_is_covered(extracts: list[Extract], dataset: str) -> None:
    owners = set()
    for extract in extracts:
        if extract.contract_id.endswith(dataset):
            for line in extract.lines:
                owner = getattr(line.origin, "project", line.origin)
                owners.add(getattr(owner, "administration_code", None))
    assert owners - {None} == set(EVERYWHERE)


@pytest.mark.parametrize(
    ("code", "is_valid"), [("13748136", True), ("24256791", False), ("10000000", False), ("1374813", False)]
)
def test_registration_code_check(code: str, is_valid: bool) -> None:
    assert names.is_registration_code(code) is is_valid


def test_registration_codes_pass_and_lie_in_the_unissued_range(world: World) -> None:
    codes = [s.registration_code for s in world.suppliers if s.registration_code]
    assert all(code.startswith("9") and names.is_registration_code(code) for code in codes)
    assert len(set(codes)) == len(codes) > 140


def test_every_file_belongs_to_exactly_one_contract(extracts: list[Extract]) -> None:
    contracts = load_contracts(DATA / "contracts")
    for extract in extracts:
        matching = [
            c.id
            for c in contracts
            if c.folder == f"landing/{extract.folder}" and re.fullmatch(c.file.file_pattern, extract.file_name)
        ]
        assert matching == [extract.contract_id], extract.file_name
    assert {c.id for c in contracts} == {e.contract_id for e in extracts}


def test_tasks_are_those_of_the_reference_data(world: World) -> None:
    with (DATA / "reference" / "capability.csv").open(encoding="utf-8") as file:
        known = {row["capability_code"] for row in csv.DictReader(file)}
    assert {code for u in world.uses for code in u.capability_codes} | {
        p.capability_code for p in world.projects
    } <= known


def test_units_are_those_of_the_reference_data() -> None:
    with (DATA / "reference" / "organisation_unit.csv").open(encoding="utf-8") as file:
        known = {(row["administration_code"], row["unit_code"], row["unit_name"]) for row in csv.DictReader(file)}
    assert {(code, unit_code(code, unit), unit) for code, a in ADMINISTRATIONS.items() for unit in a.units} <= known


def test_keys_are_unique_in_every_inventory(world: World) -> None:
    uses = Counter((u.administration_code, u.system_key) for u in world.uses)
    contracts = Counter((c.administration_code, c.contract_key) for c in world.contracts)
    assert set(uses.values()) == set(contracts.values()) == {1}


def test_transferred_uses_change_hands_on_the_day(world: World) -> None:
    for product in {u.product.product_id for u in world.uses if u.seen_to == date(2025, 12, 31)}:
        uses = [u for u in world.uses if u.product.product_id == product]
        before = {u.administration_code for u in uses if u.is_seen(date(2025, 12, 31))}
        after = {u.administration_code for u in uses if u.is_seen(date(2026, 1, 1))}
        assert before - after
        assert after - before


def test_internal_trade_is_in_pairs_but_for_the_listed_ones(world: World) -> None:
    pairs: dict[str, list[Posting]] = {}
    for posting in world.postings:
        if posting.pair_key:
            pairs.setdefault(posting.pair_key, []).append(posting)
    single = [key for key, lines in pairs.items() if len(lines) == 1]
    assert sorted(single) == sorted(world.one_sided)
    assert len(single) == 12
    for lines in pairs.values():
        if len(lines) == 2:
            assert sum(p.amount for p in lines) == 0
            assert {p.administration_code for p in lines} == {p.partner_code for p in lines}


def test_two_equal_lines_stay_two(world: World) -> None:
    assert max(Counter(world.postings).values()) == 2


def test_planted_candidates_concern_several_purses(world: World) -> None:
    found = planted(world)["candidates"]
    assert isinstance(found, list)
    assert Counter(c["kind"] for c in found) == {
        "same_product_separate_contracts": 8,
        "different_products_one_capability": 6,
        "common_expiry_window": 5,
    }
    for candidate in found:
        assert len({m["administration_code"] for m in candidate["members"]}) >= 3
        assert len(candidate["contracts"]) == len(candidate["members"])


def test_a_bad_row_is_added_and_never_replaces_a_good_one() -> None:
    good = [Line({"key": str(n), "amount": "1,00"}, Decimal(1)) for n in range(10)]
    mixed = plant(good, [Fault("not_an_amount", "amount", "x", loses="all"), Fault("not_a_row")], "seed", ("key", "9"))
    assert [line for line in mixed if not line.fault] == good
    assert [line.amount for line in mixed if line.fault] == [None, None]


@pytest.mark.parametrize(
    ("amount", "minus_after", "text"),
    [
        ("1234.5", False, "1.234,50"),
        ("-1234567.89", True, "1.234.567,89-"),
        ("-0.01", False, "-0,01"),
        ("0", True, "0,00"),
    ],
)
def test_danish_number(amount: str, minus_after: bool, text: str) -> None:
    assert danish_number(Decimal(amount), minus_after=minus_after) == text


def test_workbook_is_read_back_as_written() -> None:
    python_calamine = pytest.importorskip("python_calamine")
    rows = [["Tekst æøå <&>", "Beløb", "Dato"], ["=1+1", Decimal("12.5"), date(2026, 10, 31)], [None, 3, ""]]
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes("Ark", rows)))
    assert workbook.get_sheet_by_name("Ark").to_python() == [
        ["Tekst æøå <&>", "Beløb", "Dato"],
        ["=1+1", 12.5, date(2026, 10, 31)],
        ["", 3.0, ""],
    ]


def test_planted_people_are_in_the_files_and_in_no_text_that_is_taken(world: World, extracts: list[Extract]) -> None:
    people = {f"{first} {last}" for first in names.FIRST_NAMES for last in names.LAST_NAMES}
    assert any(
        value in people for e in extracts for line in e.lines for value in line.cells.values() if isinstance(value, str)
    )
    taken = [p.text for p in world.postings] + [u.description for u in world.uses] + [c.name for c in world.contracts]
    assert not [text for text in taken if any(person in text for person in people)]
