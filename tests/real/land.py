"""Land copies of the real public extracts in temporary copies of the instances of this folder. No file is changed.

`python -m tests.real.land --files FOLDER --into FOLDER [--refresh]` does it for all of them and says where they lie.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from pipelines.instance import PROJECT_ROOT, Instance

INSTANCES = Path(__file__).parent / "instances"
DEFAULT_FILES = PROJECT_ROOT.parent / "shared" / "real"
LANDED = {
    "canada": {
        "canada/si_2024.csv": "landing/_shared",
        "canada/rbpo.csv": "landing/_shared",
        "canada/organisations.csv": "reference",
    },
    "gcloud": {"gcloud/gcloud_2013-12-13.csv": "landing/_shared"},
    "devon": {
        f"devon/DCCSpendingOver500_{month}.csv": "landing/devon"
        for month in ("201103", "201112", "201201", "201210", "201407", "201704", "202001")
    },
    "us-federal": {
        f"us-federal/{year}_consolidated_ai_inventory_raw.csv": "landing/_shared" for year in ("2023", "2024")
    },
    "gsa": {
        f"gsa/it-standards_{snapshot}.csv": "landing/gsa"
        for snapshot in ("2016-08-17_89a4a76", "2016-11-08_b0ae35d", "2018-04-12_2eeca9e")
    },
}


def files_folder() -> Path:
    """Where the real extracts lie: PORTFOLIO_REAL, else beside the project."""
    return Path(os.environ.get("PORTFOLIO_REAL") or DEFAULT_FILES)


def land(name: str, files: Path, into: Path) -> Instance:
    """A copy of the instance `name` below `into`, with its files landed. What runs have made there before is kept."""
    root = into / name
    shutil.copytree(INSTANCES / name, root, dirs_exist_ok=True)
    for source, folder in LANDED[name].items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy2(files / source, root / folder)
    return Instance.load(root)


def main() -> int:
    """Land all instances, and refresh them when asked. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, default=files_folder())
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--refresh", action="store_true")
    arguments = parser.parse_args()
    if not arguments.files.is_dir():
        print(f"The real extracts are not at {arguments.files}. Name their folder with REAL=folder or PORTFOLIO_REAL.")
        return 1
    from pipelines.refresh import refresh
    from pipelines.summary import print_release

    for name in LANDED:
        instance = land(name, arguments.files, arguments.into.resolve())
        print(f"{name}: {instance.root}", flush=True)
        if arguments.refresh:
            outcome = refresh(instance)
            if not outcome.succeeded:
                print(outcome.failure)
                return 1
            print_release(instance, outcome.plan or {}, outcome.run_id)
    return 0


if __name__ == "__main__":
    sys.exit(main())
