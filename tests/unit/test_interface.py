"""How the version of the public tables follows what changed in them."""

import pytest

from pipelines.release.interface import changes, next_version

TABLES = {"dim_system": {"system_id": "VARCHAR", "cost_amount": "DECIMAL(18,2)"}}


@pytest.mark.parametrize(
    ("columns", "broken", "added", "version"),
    [
        ({"cost_amount": "DECIMAL(18,2)", "system_id": "VARCHAR"}, [], [], "1.4"),
        (TABLES["dim_system"] | {"is_new": "BOOLEAN"}, [], ["dim_system.is_new (BOOLEAN) is new"], "1.5"),
        ({"system_id": "VARCHAR"}, ["dim_system.cost_amount (DECIMAL(18,2)) is gone"], [], "2.0"),
        ({"system_id": "VARCHAR", "cost_amount": "DOUBLE"}, ["dim_system.cost_amount was DECIMAL(18,2), is DOUBLE"], [], "2.0"),
        (
            TABLES["dim_system"] | {"system_id": "VARCHAR, restricted"},
            ["dim_system.system_id was VARCHAR, is VARCHAR, restricted"], [], "2.0",
        ),
    ],
)  # fmt: skip
def test_added_is_minor_and_what_breaks_readers_is_major(
    columns: dict[str, str], broken: list[str], added: list[str], version: str
) -> None:
    assert changes(TABLES, {"dim_system": columns}) == (broken, added)
    assert next_version("1.4", broken, added) == version
