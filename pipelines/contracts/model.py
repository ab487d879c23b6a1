"""A contract as one typed value, and what follows from it. What a contract means is in docs/contracts.md, loading in loading.py."""

from datetime import date
from typing import Literal

from pydantic import Field

from pipelines.contracts.catalogue import Dataset, FieldDefinition, common_fields, datasets
from pipelines.contracts.parts import (
    AdministrationRule,
    Amounts,
    Column,
    ControlTotals,
    Correction,
    FileLayout,
    LayoutChange,
    Numbers,
    Part,
    Promise,
    QualityRule,
    RejectionThreshold,
    RowRule,
    Unpivot,
)

Mode = Literal["snapshot", "period", "append"]


class Contract(Part):
    """What one sender promises to deliver for one dataset, and how it is read."""

    id: str = Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")
    title: str
    version: str
    status: str
    dataset_name: str
    description: str = ""
    limitations: str = ""
    team: str = ""
    file: FileLayout
    folder: str
    administration: AdministrationRule
    mode: Mode
    numbers: Numbers = Numbers()
    amounts: Amounts = Amounts()
    dates: tuple[str, ...] = ("yyyy-MM-dd",)
    empty_dates: tuple[str, ...] = ()
    empty_texts: tuple[str, ...] = ()
    layouts: tuple[LayoutChange, ...] = ()
    renamed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    row_rules: tuple[RowRule, ...] = ()
    corrections: tuple[Correction, ...] = ()
    control_totals: ControlTotals = ControlTotals()
    unpivot: Unpivot | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    unknown_columns: Literal["refuse", "warn"] = "refuse"
    rejection_threshold: RejectionThreshold = RejectionThreshold()
    columns: tuple[Column, ...]
    quality: tuple[QualityRule, ...] = ()
    promise: Promise | None = None
    content_hash: str

    @property
    def dataset(self) -> Dataset:
        return datasets()[self.dataset_name]

    @property
    def key(self) -> tuple[str, ...]:
        return self.dataset.key

    def field(self, name: str) -> FieldDefinition:
        """The catalogue's definition of a field that this contract may fill. Raises KeyError when there is none."""
        return self.dataset.fields.get(name) or common_fields()[name]

    @property
    def class_fields(self) -> dict[str, str]:
        """The columns whose numbers are classified, each with the field that says of which kind a number is."""
        classified = {c.name: self.dataset.class_field(c.name) for c in self.columns if c.register_code == "cvr"}
        return {name: kind for name, kind in classified.items() if kind}

    def derived_values(self) -> dict[str, str]:
        """Fields that follow from what the contract says of its amounts."""
        price_year = {"price_year": str(self.amounts.price_year)} if self.amounts.price_year else {}
        return {n: v for n, v in ({"vat_code": self.amounts.vat} | price_year).items() if n in self.dataset.fields}

    def on(self, business_date: date) -> "Contract":
        """The contract as it reads files of a business date: the changes of layout up to then applied in order."""
        contract = self
        for change in sorted(self.layouts, key=lambda c: c.from_date):
            if change.from_date <= business_date:
                contract = contract._changed(change)
        return contract

    def _changed(self, change: LayoutChange) -> "Contract":
        file = {n: v for n in ("encoding", "delimiter", "header_row", "sheet") if (v := getattr(change, n)) is not None}
        rest = {n: v for n in ("dates", "numbers", "amounts") if (v := getattr(change, n)) is not None}
        columns = tuple(
            c.model_copy(update={"compose": change.compose[c.name]}) if c.name in change.compose else c
            for c in self.columns
        )
        renamed = self.renamed | {n: (*self.renamed.get(n, ()), header) for n, header in change.headers.items()}
        file_now = self.file.model_copy(update=file)
        return self.model_copy(update={"file": file_now, "columns": columns, "renamed": renamed, **rest})

    def source_columns(self) -> set[str]:
        """Every column of the source that the contract names, by the name that it gives it."""
        totals = self.file.total_rows
        named = {n for c in self.columns for n in c.source_names} | {self.administration.column or ""}
        named |= {totals.column, totals.amount or ""} if totals else set()
        named |= {n for c in self.corrections for n in (*c.where, c.column)}
        return (named | set(self.unpivot.columns if self.unpivot else ())) - {""}

    def given_fields(self) -> set[str]:
        """Every field that the contract takes from somewhere: a column, a constant, the file's name."""
        unpivoted = (
            {self.unpivot.into} | {n for c in self.unpivot.columns.values() for n in c} if self.unpivot else set()
        )
        return {c.name for c in self.columns} | set(self.constants) | set(self.file.file_fields) | unpivoted

    def provided_fields(self) -> set[str]:
        """Every field that a row of this contract can get a value for, from whatever place."""
        return self.given_fields() | set(self.derived_values()) | set(self.class_fields.values())
