"""What a reconciliation is made of: the figures, the stages that must agree on them, and SQL for the inputs of a build."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INPUTS = "<inputs>"  # stands for the build's own folder of inputs, named in full


@dataclass(frozen=True)
class Measure:
    """One figure that the stages must agree on, and the rule in words."""

    name: str
    sentence: str
    sentence_da: str
    is_amount: bool = False


@dataclass(frozen=True)
class Stage:
    """One place where the figures stand: SQL that gives a group, then each measure in order."""

    name: str
    sql: str


@dataclass(frozen=True)
class Reconciliation:
    """Stages that must say the same, group by group. `needs_all`: the datasets that must be promised."""

    name: str
    table: str
    needs_all: tuple[str, ...]
    measures: tuple[Measure, ...]
    stages: tuple[Stage, ...]
    grouped_by: str = "administrations"
    may_be_empty: bool = False

    def check_id(self, measure: Measure) -> str:
        return f"reconciliation.{self.name}.{measure.name}"

    def statement(self, inputs: Path) -> str:
        """One statement that gives (stage, group, measures...) for every stage. `inputs`: the build's folder of them.

        The folder is named in full, so that nothing depends on where the process happens to stand.
        """
        parts = (f"select '{stage.name}' as stage, * from ({stage.sql}) as part" for stage in self.stages)
        return " union all ".join(parts).replace(INPUTS, str(inputs.resolve()).replace("'", "''"))


def raw(dataset: str) -> str:
    """All raw rows of an input of the build, history included."""
    return f"read_parquet('{INPUTS}/raw_{dataset}/*.parquet', union_by_name = true)"


def raw_in_force(dataset: str) -> str:
    """The raw rows of the deliveries in force."""
    in_force = f"select delivery_id from {raw('delivery')} where is_in_force"
    return f"(select * from {raw(dataset)} where delivery_id in ({in_force})) as in_force"


def grouped(figures: str, place: str, *columns: str) -> str:
    """SQL of `figures` over `place` by some columns, or by administration; the name of a group is made when it is whole."""
    key = ", ".join(columns or ("administration_code",))
    return f"select concat_ws(' ', {key}), {figures} from {place} group by {key}"


def stages(places: Mapping[str, str]) -> tuple[Stage, ...]:
    """Stages by name, each with its SQL."""
    return tuple(Stage(name, sql) for name, sql in places.items())
