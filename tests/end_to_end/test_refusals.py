"""A night with broken files: each is refused alone, the release goes out, and says so without naming anybody."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pipelines.instance import Instance
from pipelines.release.whole import open_whole
from tests.personal import leaks, people

Run = Callable[..., CompletedProcess[str]]


def manifest(instance: Instance) -> dict[str, Any]:
    """What the current release says of itself."""
    content: dict[str, Any] = json.loads((instance.releases / "current" / "release.json").read_text("utf-8"))
    return content


def drop_files_that_name_people(landing: Path) -> set[str]:
    """One without its header, one whose dates are names, and one with a sidecar that says whom to ask; the first two' names."""
    header, *rows = (landing / "suf" / "glpi_software_20260930.csv").read_bytes().splitlines(keepends=True)
    (landing / "suf" / "glpi_software_20261120.csv").write_bytes(b"".join(rows))
    header, *rows = (landing / "sof" / "kontrakter_2026-10-31.csv").read_bytes().splitlines(keepends=True)
    cells = [row.rstrip().split(b";") for row in rows]
    shifted = [b";".join([*row[:7], row[-1], *row[8:]]) + b"\r\n" for row in cells]
    (landing / "sof" / "kontrakter_2026-11-20.csv").write_bytes(header + b"".join(shifted))
    asked = landing / "sof" / "kontrakter_2026-11-19.csv"
    asked.write_bytes(b"x\n")
    asked.with_name(asked.name + ".delivery.yml").write_text("note: Spørg Torkild Pilehegnet: 12345678\n", "utf-8")
    names = {"glpi_software_20261120.csv", "kontrakter_2026-11-20.csv"}
    for path in (p for name in names for p in landing.glob(f"*/{name}")):
        path.with_name(path.name + ".done").touch()
    return names


def test_a_broken_delivery_is_refused_alone_and_the_release_says_so(sample_copy: Instance, portfolio: Run) -> None:
    """And says it without a word of the people that the broken files name."""
    naming = drop_files_that_name_people(sample_copy.landing)
    before = manifest(sample_copy)
    newest = sorted((sample_copy.landing / "sof").glob("systemer_*.csv"))[-1]
    broken = newest.with_name("systemer_2026-11-20.csv")
    header, *rows = newest.read_bytes().splitlines(keepends=True)
    broken.write_bytes(header.replace(header.split(b";")[0], b"Noget andet", 1) + b"".join(rows))
    broken.with_name(broken.name + ".done").touch()
    (sample_copy.landing / "sof" / "uventet.csv").write_text("a;b\n", "utf-8")
    (sample_copy.landing / "sof" / "uventet.csv.done").touch()

    done = portfolio(sample_copy.root, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    after = manifest(sample_copy)
    assert after["release_id"] != before["release_id"]
    reasons = {refused["file_name"]: refused["reason"] for refused in after["refused"]}
    assert "landing/sof/uventet.csv" in done.stdout
    assert set(reasons) == naming | {"systemer_2026-11-20.csv"}
    for named in ("systemer_2026-11-20.csv", "expected", "found", "Noget andet", "Deliver"):
        assert named in reasons["systemer_2026-11-20.csv"]
        assert named in done.stdout
    assert after["tables"]["dim_system"] == before["tables"]["dim_system"]
    strict = portfolio(sample_copy.root, "refresh", "--strict")
    assert strict.returncode == 3

    status = portfolio(sample_copy.root, "status").stdout
    assert [line.split()[:4] for line in status.splitlines() if line.split()[:1] in (["sof"], ["suf"])] == [
        ["sof", "6", "0", "2"], ["suf", "9", "0", "1"],
    ]  # fmt: skip
    assert "does not look like the header" in reasons["glpi_software_20261120.csv"]
    assert "Column 'Fra': expected a date as dd-MM-yyyy, found (not shown)." in reasons["kontrakter_2026-11-20.csv"]
    assert "not valid YAML" in done.stdout
    assert not people().search((done.stdout + done.stderr + strict.stdout + status).encode())
    assert leaks(sample_copy.root) == []
    records = [p.read_bytes() for p in sample_copy.dagster_home.rglob("*") if p.is_file()]
    assert any(b"does not look like the header" in record for record in records)  # they do hold what is said
    counted = (
        "select sum(faulty_row_count), max(delivery_status_code), max(source_row_count) from fct_rejection "
        "join fct_delivery using (delivery_id) where file_name = 'kontrakter_2026-11-20.csv' and rule_code = 'not_a_date'"
    )
    with open_whole(sample_copy.releases / "current") as marts:
        assert marts.execute(counted).fetchone() == (52, "refused", 52)
