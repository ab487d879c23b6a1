"""The canonical datasets, fields and reference tables, read from `fields.yml` and `reference.yml`. No contract, no data."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.files import parse_yaml

FieldType = Literal["text", "code", "codes", "integer", "number", "amount", "date", "year", "boolean"]

DUCKDB_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "codes": "VARCHAR",
    "integer": "BIGINT",
    "number": "DECIMAL(18,6)",
    "amount": "DECIMAL(18,2)",
    "date": "DATE",
    "year": "INTEGER",
    "boolean": "BOOLEAN",
}
LOGICAL_TYPES: dict[str, tuple[str, ...]] = {
    "text": ("string",),
    "code": ("string",),
    "codes": ("string", "array"),
    "integer": ("integer", "number"),
    "number": ("number", "integer"),
    "amount": ("number", "integer"),
    "date": ("date", "timestamp"),
    "year": ("integer", "string"),
    "boolean": ("boolean",),
}
LINEAGE_COLUMNS: dict[str, str] = {
    "delivery_id": "VARCHAR",
    "contract_id": "VARCHAR",
    "administration_code": "VARCHAR",
    "administration_name": "VARCHAR",
    "source_row_number": "BIGINT",
    "source_column": "VARCHAR",
}


class FieldDefinition(BaseModel):
    """One field of a dataset: what it means, its type, and who may see it.

    A field that `classifies` another says of which kind that one's number is, and is filled while conforming.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: FieldType
    description: str
    label_da: str = ""
    unit: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    classifies: str = ""
    classification: Literal["open", "internal", "restricted", "personal"] = "internal"

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES[self.type]


class Dataset(BaseModel):
    """One kind of extract: its fields in order, and the key that one row has within its administration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    label_da: str
    key: tuple[str, ...]
    fields: dict[str, FieldDefinition]

    @property
    def columns(self) -> dict[str, str]:
        """All columns of the dataset's raw Parquet in order, with DuckDB types."""
        return LINEAGE_COLUMNS | {name: field.duckdb_type for name, field in self.fields.items()}

    def class_field(self, name: str) -> str | None:
        """The field that classifies a field, None when there is none."""
        return next((n for n, field in self.fields.items() if field.classifies == name), None)

    @property
    def main_amount(self) -> str | None:
        """The amount that reconciles this dataset: the one field of type amount in a finance dataset."""
        amounts = [name for name, field in self.fields.items() if field.type == "amount"]
        return amounts[0] if len(amounts) == 1 and self.name not in ("systems", "contracts") else None


class ReferenceTable(BaseModel):
    """One reference table that an instance may hold. `folder`: where its file lies below `reference/`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    folder: str = ""
    columns: dict[str, FieldDefinition]


def _read(name: str) -> dict[str, dict[str, object]]:
    content: dict[str, dict[str, object]] = parse_yaml((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return content


@cache
def datasets() -> dict[str, Dataset]:
    """The canonical datasets by name."""
    content = _read("fields.yml")["datasets"]
    return {name: Dataset.model_validate({"name": name, **value}) for name, value in content.items()}  # type: ignore[dict-item]


@cache
def common_fields() -> dict[str, FieldDefinition]:
    """Fields that every dataset has beside its own."""
    return {name: FieldDefinition.model_validate(value) for name, value in _read("fields.yml")["common"].items()}


@cache
def reference_tables() -> dict[str, ReferenceTable]:
    """The reference tables by name."""
    return {name: ReferenceTable.model_validate(value) for name, value in _read("reference.yml").items()}
