"""The sample's 31 kinds of file as unknown ones: how many of their columns a draft understands."""

from statistics import mean

import pytest

from pipelines.contracts.loading import load_contracts
from pipelines.draft.write import contract_yaml, faults_of
from pipelines.instance import PROJECT_ROOT, Instance
from tests.draft_shares import contract_of, share


def test_draft_understands_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    instance = Instance.load(PROJECT_ROOT / "data")
    contracts = load_contracts(instance.contracts)
    shares = {}
    for path in sorted(instance.landing.glob("*/*")):
        contract = contract_of(contracts, f"landing/{path.parent.name}", path.name)
        if contract is None or contract.id in shares:
            continue
        shares[contract.id], proposal = share(contract, path)
        assert proposal.sniffed.format == contract.file.format, path
        assert proposal.shape.header_row == contract.file.header_row, path
        assert proposal.sniffed.record_path == contract.file.record_path, path
        assert (proposal.shape.total and proposal.shape.total.header) == (
            contract.file.total_rows and contract.file.total_rows.column
        ), path
        assert not proposal.missing, path
        assert faults_of(contract_yaml(proposal)) == [], path
    with capsys.disabled():
        print("", *shares.values(), f"mean {mean(s.value for s in shares.values()):.1%}", sep="\n  ")
    assert len(shares) == len(contracts)
    assert mean(s.value for s in shares.values()) >= 0.95
    assert min(s.value for s in shares.values()) >= 0.8
