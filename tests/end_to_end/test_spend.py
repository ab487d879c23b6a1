"""IT spend of the sample beside its truth, and a copy of its built warehouse that is changed and found out."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.audit.reconcile import reconcile
from pipelines.audit.result import Outcome
from pipelines.contracts.catalogue import datasets
from pipelines.instance import PROJECT_ROOT, Instance

TRUTH = PROJECT_ROOT / "tests" / "truth" / "posting_truth.csv.gz"
JOINED = """
    select p.is_it, t.is_it = 'true' as true_it, t.spend_kind, t.pair_key, s.spend_kind_code, s.system_id, s.spend_amount,
        s.elimination_pair_id, p.posting_amount, coalesce(s.split_part_number, 1) as part, s.cost_target_code,
        t.system_key as true_system, y.system_key, s.driver_code
    from marts.fct_posting p join marts.fct_delivery d using (delivery_id)
    join read_csv(?, all_varchar=true) t on t.contract_id = d.data_contract_id and t.file_name = d.file_name
        and t.source_row_number::bigint = p.source_row_number
    left join marts.fct_it_spend s on s.delivery_id = p.delivery_id and s.source_row_number = p.source_row_number
    left join marts.dim_system y on s.system_id = y.system_id
"""
MUTATIONS = [
    ("update {0} set {1} = -{1} where rowid = (select min(rowid) from {0} where {1} <> 0)", "sign"),
    ("delete from {0} where rowid = (select min(rowid) from {0})", "row"),
    ("update {0} set posting_date = posting_date + 40 where rowid = (select min(rowid) from {0})", "date"),
]
AMOUNTS = {
    "intermediate.int_posting__decided": "posting_amount",  # which fct_posting shows
    "core.fct_it_spend": "spend_amount",
    "core.fct_undecided_posting": "posting_amount",
    "core.fct_internal_posting": "posting_amount",
}


@pytest.fixture(scope="module")
def lines(released_sample: Instance) -> duckdb.DuckDBPyConnection:
    """A table `lines`: every part of every ledger line beside its truth."""
    connection = duckdb.connect()
    connection.execute(f"attach '{released_sample.releases / 'current' / 'marts.duckdb'}' as marts (read_only)")
    connection.execute(f"create table lines as {JOINED}", [str(TRUTH)])
    return connection


def built(instance: Instance) -> Path:
    manifest = json.loads((instance.releases / "current" / "release.json").read_text("utf-8"))
    return instance.build / str(manifest["build_id"])


def shares(
    connection: duckdb.DuckDBPyConnection, found: str, true: str, where: str = "part = 1"
) -> tuple[float, float]:
    """Precision and recall of a condition, each as a share of lines."""
    both, said, there = connection.execute(
        f"select count(*) filter ({found} and {true}), count(*) filter ({found}), count(*) filter ({true}) from lines where {where}"
    ).fetchone() or (0, 0, 0)
    return both / said, both / there


def test_what_is_it_and_what_it_is_for(lines: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:
    it = shares(lines, "coalesce(is_it, false)", "true_it")
    run = shares(
        lines, "spend_kind_code = 'run'", "spend_kind = 'run'", "part = 1 and is_it and spend_kind <> 'internal'"
    )
    change = shares(lines, "spend_kind_code = 'change'", "spend_kind = 'change'", "part = 1 and is_it")
    right, said, there = lines.execute(
        "select sum(spend_amount) filter (system_key = true_system), sum(spend_amount) filter (system_id is not null and "
        "true_system is not null), sum(posting_amount) filter (true_system is not null and part = 1) from lines where is_it"
    ).fetchone() or (0, 0, 0)
    undecided, amount = lines.execute(
        "select count(*), sum(posting_amount) from lines where is_it is null"
    ).fetchone() or (0, 0)
    with capsys.disabled():
        print(f"\nIT: precision {it[0]:.4f}, recall {it[1]:.4f}; undecided {undecided} lines, {amount}")
        print(
            f"run: precision {run[0]:.4f}, recall {run[1]:.4f}; change: precision {change[0]:.4f}, recall {change[1]:.4f}"
        )
        print(
            f"money to system: precision {right / said:.4f}, recall {right / there:.4f} of {there} with a true system"
        )
        for row in lines.execute(
            "select driver_code, count(*), sum(spend_amount), coalesce(sum(spend_amount) filter (system_key = true_system), 0), "
            "coalesce(sum(spend_amount) filter (true_system is not null), 0) from lines where is_it group by 1 order by 3 desc"
        ).fetchall():
            print("  {:18} {:6} parts {:>16}, right {:>16} of {:>16} with a true system".format(*row))
    assert it[0] >= 0.99
    assert it[1] >= 0.98
    assert min(*run, *change) >= 0.85
    assert right / said >= Decimal("0.8")
    assert right / there >= Decimal("0.65")


def test_internal_trade_is_paired_as_it_was_made(lines: duckdb.DuckDBPyConnection) -> None:
    internal = "from lines where spend_kind = 'internal'"
    one_sided = f"select pair_key {internal} group by 1 having count(*) = 1"
    assert lines.execute(f"select count(*) from ({one_sided})").fetchone() == (12,)
    assert lines.execute(
        f"select count(*) {internal} and (elimination_pair_id is null) <> (pair_key in ({one_sided}))"
    ).fetchone() == (0,)
    mixed = "select elimination_pair_id from lines group by 1 having count(distinct pair_key) > 1 and elimination_pair_id is not null"
    assert lines.execute(f"select count(*) from ({mixed})").fetchone() == (0,)


def test_every_krone_of_it_has_one_target(lines: duckdb.DuckDBPyConnection) -> None:
    parts, whole = lines.execute(
        "select sum(spend_amount), sum(posting_amount) filter (part = 1) from lines where is_it"
    ).fetchone() or (0, 1)
    assert parts == whole
    assert lines.execute("select count(*) from lines where is_it and cost_target_code is null").fetchone() == (0,)


@pytest.mark.parametrize("table", AMOUNTS)
@pytest.mark.parametrize(("statement", "kind"), MUTATIONS)
def test_one_changed_row_in_a_built_table_is_found(
    released_sample: Instance, tmp_path: Path, table: str, statement: str, kind: str
) -> None:
    build = built(released_sample)
    copy = tmp_path / "build"
    copy.mkdir()
    shutil.copy2(build / "warehouse.duckdb", copy)
    (copy / "inputs").symlink_to(build / "inputs")
    assert all(r.outcome is not Outcome.failed for r in reconcile(copy, set(datasets())))
    with duckdb.connect(str(copy / "warehouse.duckdb")) as connection:
        connection.execute(statement.format(table, AMOUNTS[table]))
    failed = {r.check_id for r in reconcile(copy, set(datasets())) if r.outcome is Outcome.failed}
    expected = {"sign": "amount", "row": "rows", "date": "days"}[kind]
    assert any(".spend_" in check and check.endswith(expected) for check in failed)
