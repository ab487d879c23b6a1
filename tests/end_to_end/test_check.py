"""`portfolio check` on the sample: the rows it names are just the planted ones."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.check.verdict import CheckVerdict
from pipelines.instance import PROJECT_ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
SAMPLE = PROJECT_ROOT / "data"
FILES = [
    "okf/Export_IT-Systemer_2026-10-31.xlsx",
    "suf/glpi_software_20260930.csv",
    "kff/it-system-usages.json",
    "bif/SYSTEMLISTE.20260731.txt",
    "tmf/contracts_2026-10-31.ndjson",
    "_shared/kvantum_poster_2026-09.csv.gz",
]


@pytest.mark.parametrize("file", FILES)
def test_the_rows_named_are_just_the_planted_ones(file: str, tmp_path: Path, portfolio: Run) -> None:
    """From a copy outside the instance, without a sidecar, and with the contract found by the file's name."""
    copy = shutil.copy(SAMPLE / "landing" / file, tmp_path / Path(file).name)
    done = portfolio(SAMPLE, "check", str(copy), "--json", "-", "--html", str(tmp_path / "verdict.html"))
    assert done.returncode == 1, done.stderr
    verdict = CheckVerdict.model_validate_json(done.stdout)
    with (PROJECT_ROOT / "tests" / "truth" / "bad_rows.csv").open(encoding="utf-8") as truth:
        planted = {
            (r["contract_id"], int(r["source_row_number"]), r["rule_code"])
            for r in csv.DictReader(truth)
            if r["file_name"] == copy.name
        }
    assert {(verdict.contract_id, e.row_number, r.rule_code) for r in verdict.rejections for e in r.examples} == planted
    assert verdict.rows is not None
    assert verdict.rows.rejected == len({row for _, row, _ in planted})
    assert verdict.outcome == "accepted_with_rejections"
    assert (tmp_path / "verdict.html").stat().st_size > 4000
