"""Faults in deliveries: each refuses the delivery at its gate, and the verdict names the check or the difference."""

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pipelines.check.verdict import CheckVerdict
from pipelines.cli import portfolio
from pipelines.configuration import Configuration
from pipelines.ingest.landing import land
from pipelines.instance import PROJECT_ROOT, Instance

SAMPLE = PROJECT_ROOT / "data"
BEFORE = ("suf/glpi_software_20251231.csv", "sof/finansposter_2026-09.csv.gz")
SYSTEMS, LEDGER = "suf/glpi_software_20260930.csv", "sof/finansposter_2026-10.csv.gz"
TITLE_ROWS, AMOUNT, DATE, TEXT, COST_CENTRE = 3, 16, 10, 11, 3  # of the ledger
KEY, NAME, USERS, UNIT = 0, 1, 12, 11  # of the systems
Rows = list[list[str]]
Change = Callable[[Rows], Rows]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """The sample's contracts, with one delivery of systems and one of postings received before."""
    root = tmp_path_factory.mktemp("faults") / "data"
    root.mkdir()
    shutil.copy(SAMPLE / "instance.yml", root)
    for name in ("contracts", "reference"):
        shutil.copytree(SAMPLE / name, root / name)
    for name in BEFORE:
        (root / "landing" / name).parent.mkdir(parents=True)
        for path in (SAMPLE / "landing" / name).parent.glob(f"{Path(name).name}*"):
            shutil.copy(path, root / "landing" / Path(name).parent)
    instance = Instance.load(root)
    report = land(instance, list(Configuration.load(instance).contracts))
    assert not report.problems
    return instance


def read(name: str) -> tuple[str, Rows]:
    """A file of the sample: its encoding, and its cells by line, title rows and sums included."""
    content = (SAMPLE / "landing" / name).read_bytes()
    if name.endswith(".gz"):
        return "windows-1252", [
            line.split(";") for line in gzip.decompress(content).decode("windows-1252").split("\r\n")
        ]
    lines = content.decode("utf-8-sig").splitlines()
    return "utf-8", [line.strip('"').split('";"') for line in lines]


def deliver(
    folder: Path, name: str, rows: Rows, encoding: str, totals: dict[str, str] | None, file_name: str = ""
) -> Path:
    """The file with these cells, and a sidecar with these totals, outside the instance."""
    path = folder / (file_name or Path(name).name)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress("\r\n".join(map(";".join, rows)).encode(encoding)))
    else:
        text = "".join('"' + '";"'.join(row) + '"\r\n' for row in rows)
        path.write_bytes(text.encode(encoding))
    if totals is not None:
        path.with_name(path.name + ".delivery.yml").write_text(yaml.safe_dump({"control_totals": totals}), "utf-8")
    return path


def checked(instance: Instance, path: Path) -> CheckVerdict:
    done = CliRunner().invoke(portfolio, ["--instance", str(instance.root), "check", "--json", "-", str(path)])
    assert done.stdout, done.output
    return CheckVerdict.model_validate_json(done.stdout)


def each(column: int, make: Callable[[str], str], heads: int = 1) -> Change:
    """Every row with one cell made anew; header and sum rows stay."""

    def change(rows: Rows) -> Rows:
        body = (
            r if len(r) <= column or r[0] == "I alt" else [*r[:column], make(r[column]), *r[column + 1 :]]
            for r in rows[heads:]
        )
        return rows[:heads] + list(body)

    return change


def swap(left: int, right: int) -> Change:
    def change(rows: Rows) -> Rows:
        swapped = [list(row) for row in rows]
        for row in swapped[1:]:
            row[left], row[right] = row[right], row[left]
        return swapped

    return change


def hundredfold(amount: str) -> str:
    """An amount of the ledger with its decimal comma lost."""
    return amount.replace(".", "").replace(",", "") + ",00"


def turned(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"


def without_sum(rows: Rows) -> Rows:
    return [row for row in rows if row[0] != "I alt"]


def ledger(column: int, make: Callable[[str], str]) -> Change:
    """A ledger that its sender's own report made wrong: no total contradicts it."""
    return lambda rows: without_sum(each(column, make, TITLE_ROWS)(rows))


FAULTS = {
    "half of the rows missing": (SYSTEMS, lambda r: r[: len(r) // 2], "rows_against_delivery_before"),
    "a column all but empty": (SYSTEMS, each(USERS, lambda _: ""), "values_against_delivery_before"),
    "users a hundred times as many": (SYSTEMS, each(USERS, lambda n: n and f"{n}00"), "magnitudes_against_delivery_before"),
    "negative users": (SYSTEMS, each(USERS, lambda n: n and f"-{n}"), "user_count_not_negative"),
    "another column read as the key": (SYSTEMS, each(KEY, lambda k: f"N{k}"), "keys_against_delivery_before"),
    "a key twice": (SYSTEMS, lambda r: [*r, *r[1:]], "bad rows"),
    "civil registration numbers in the name": (SYSTEMS, each(NAME, lambda n: f"{n} 010203-4567"), "no_civil_registration_numbers"),
    "mail addresses as units": (SYSTEMS, each(UNIT, lambda _: "nn@example.org"), "names_are_no_mail_addresses"),
    "a header renamed": (SYSTEMS, lambda r: [[c.replace("Navn", "Titel") for c in r[0]], *r[1:]], "'Navn'"),
    "names and dates swapped": (SYSTEMS, swap(NAME, 9), "bad rows"),
    "no rows": (SYSTEMS, lambda r: r[:1], "found none"),
    "amounts a hundred times as large": (LEDGER, ledger(AMOUNT, hundredfold), "magnitudes_against_delivery_before"),
    "amounts of the other sign": (LEDGER, ledger(AMOUNT, turned), "signs_against_delivery_before"),
    "postings of last year": (LEDGER, ledger(DATE, lambda d: d.replace("2026", "2025")), "of_its_period"),
    "postings of next year": (LEDGER, ledger(DATE, lambda d: d.replace("2026", "2027")), "not_of_the_future"),
    "fewer rows than promised": (LEDGER, lambda r: without_sum(r)[:90], "quality_1_rowCount"),
    "texts of people": (LEDGER, ledger(TEXT, lambda t: f"{t} 010203-4567"), "no_civil_registration_numbers"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_delivery_is_refused_and_the_fault_is_named(instance: Instance, tmp_path: Path, fault: str) -> None:
    name, change, named = FAULTS[fault]
    encoding, rows = read(name)
    verdict = checked(instance, deliver(tmp_path, name, change(rows), encoding, None))
    failed = [check.check_id.rsplit(".", 1)[1] for check in verdict.checks if check.outcome.is_blocking]
    reasons = " ".join(reason.en for reason in verdict.refusal_reasons)
    assert verdict.outcome == "refused"
    assert named in failed or named in reasons
    assert not re.search("010203-4567|nn@example", verdict.model_dump_json())


@pytest.mark.parametrize("name", [SYSTEMS, LEDGER])
def test_the_files_are_accepted_as_they_are(instance: Instance, tmp_path: Path, name: str) -> None:
    encoding, rows = read(name)
    verdict = checked(instance, deliver(tmp_path, name, rows, encoding, None))
    assert verdict.outcome != "refused"
    assert verdict.previous is not None


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({"rows": "189", "amount": "10383604.42"}, "10383604.42"),
        ({"rows": "190"}, "rows 190"),
        ({"amount": "10383604.41"}, ""),
    ],
)
def test_a_control_total_is_exact_to_the_oere(
    instance: Instance, tmp_path: Path, totals: dict[str, str], said: str
) -> None:
    encoding, rows = read(LEDGER)
    verdict = checked(instance, deliver(tmp_path, LEDGER, rows, encoding, totals))
    reasons = " ".join(reason.en for reason in verdict.refusal_reasons)
    assert (verdict.outcome == "refused", said in reasons) == (bool(said), True)


def test_the_file_of_another_year_is_refused(instance: Instance, tmp_path: Path) -> None:
    encoding, rows = read(LEDGER)
    verdict = checked(instance, deliver(tmp_path, LEDGER, rows, encoding, None, "finansposter_2027-10.csv.gz"))
    assert "delivery.sof.postings.of_its_period" in {c.check_id for c in verdict.checks if c.outcome.is_blocking}


def test_another_encoding_is_refused(instance: Instance, tmp_path: Path) -> None:
    _, rows = read(SYSTEMS)
    verdict = checked(instance, deliver(tmp_path, SYSTEMS, rows, "windows-1252", None))
    assert verdict.outcome == "refused"
    assert "utf-8" in " ".join(reason.en for reason in verdict.refusal_reasons)
