"""Print what the audit of the sample and of 10 million ledger lines takes: wall time and peak memory of a process of its own.

Not a test: it asserts no times. The aims are 20 s for the sample and 60 s for 10 million lines on two cores. SIZES=n,n sets the sizes.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from pipelines.audit.result import AuditRecord
from pipelines.cases.run import lay_out_tables
from pipelines.instance import Instance
from pipelines.transform.build import Build
from tests.benchmarks.transform import run_models, sample_build, scaled_build, timed

AUDIT = (
    "from pathlib import Path; from pipelines.defs.audit import audit_of; from pipelines.instance import Instance; "
    "from pipelines.transform.build import Build; audit_of(Build(Path({build!r})), Instance.load({instance!r}))"
)


def run_audit(build: Build, instance: Instance) -> str:
    """One line of the table: what the audit of a build took, and how many checks it is made of."""
    code = AUDIT.format(build=str(build.folder), instance=str(instance.root))
    seconds, peak = timed([sys.executable, "-c", code], {}, build.folder)
    record = AuditRecord.read(build.audit / "audit.json")
    return f"{seconds:>10.1f}{peak:>9.2f}{len(record.checks):>9,}"


def main() -> None:
    """Measure and print a table."""
    print(f"{'lines':>12}{'audit s':>10}{'peak GB':>9}{'checks':>9}")
    with tempfile.TemporaryDirectory() as folder:
        instance, sample = sample_build(Path(folder))
        print(f"{'sample':>12}{run_audit(sample, instance)}", flush=True)
        for size in (int(n) for n in os.environ.get("SIZES", "10000000").split(",")):
            place = Path(folder) / str(size)
            build, lines = scaled_build(sample, place, size)
            for path in (sample.folder / "delivery_checks.json", sample.cases_record):
                shutil.copy(path, place)
            run_models(build, instance)
            lay_out_tables(build.warehouse)
            print(f"{lines:>12,}{run_audit(build, instance)}", flush=True)
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
