"""`portfolio contract draft` on the real extracts, their hand-written contracts hidden."""

from pathlib import Path

import pytest

from pipelines.contracts.loading import load_contract
from pipelines.draft.write import contract_yaml, faults_of
from tests.draft_shares import contract_of, share
from tests.real.land import INSTANCES, LANDED

pytestmark = pytest.mark.real
FLOOR = 0.8
FILES = [
    (name, source, folder)
    for name, files in LANDED.items()
    for source, folder in files.items()
    if folder.startswith("landing/")
]


@pytest.mark.parametrize(("name", "source", "folder"), FILES, ids=[source for _, source, _ in FILES])
def test_draft_finds_the_fields_of_at_least_80_percent_of_the_columns(
    name: str, source: str, folder: str, real_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = real_files / source
    if not path.is_file():
        pytest.skip(f"{source} is not there")
    contracts = [load_contract(p) for p in sorted((INSTANCES / name / "contracts").glob("*/*.odcs.yaml"))]
    contract = contract_of(contracts, folder, path.name)
    if contract is None:
        pytest.skip(f"{source} has no contract of its own")
    result, proposal = share(contract, path)
    with capsys.disabled():
        print(f"\n  {result}")
    assert result.value >= FLOOR
    assert not proposal.missing
    assert faults_of(contract_yaml(proposal)) == []
