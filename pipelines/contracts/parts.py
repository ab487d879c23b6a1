"""The parts of a contract as typed values: the file, numbers, amounts, rules, promises. What they mean stands in docs/contracts.md."""

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

FileFormat = Literal["csv", "xlsx", "json", "ndjson", "parquet", "xml", "fixed"]
FrequencyUnit = Literal["day", "week", "month", "quarter", "year"]
DATE_GROUP, PART_GROUP = "business_date", "part"  # named groups of filePattern that are no canonical fields


class Part(BaseModel):
    """Base of all parts: unknown names are errors, values do not change, YAML uses camelCase."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: _camel(name), populate_by_name=True
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class CodeListFile(Part):
    """A code list kept in a CSV file of the instance."""

    path: str
    key: str
    value: str


class TotalRows(Part):
    """How a sender's sum rows are recognised, and the column whose last sum must equal the file's amounts."""

    column: str
    pattern: str
    amount: str | None = None


class FixedColumn(Part):
    """Where one column of a fixed-width file stands: first character, counted from 1, and length."""

    name: str
    start: int = Field(ge=1)
    width: int = Field(ge=1)


class FileLayout(Part):
    """Which files a contract is about and how one is read into a table of text."""

    format: FileFormat
    encoding: str = "utf-8"
    file_pattern: str
    delimiter: str = ";"
    quote: str = '"'
    header_row: int = Field(default=1, ge=0)
    skip_footer: int = Field(default=0, ge=0)
    sheet: str | None = None
    record_path: str | None = None
    fixed_width: tuple[FixedColumn, ...] = ()
    member: str | None = None
    parts: tuple[str, ...] = ()
    total_rows: TotalRows | None = None
    final_line_end: Literal["warn", "optional", "required"] = "warn"

    @field_validator("file_pattern")
    @classmethod
    def _is_regular_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @field_validator("encoding")
    @classmethod
    def _is_codec(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError as error:
            raise ValueError("not an encoding that Python knows, such as utf-8 or windows-1252") from error
        return value

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_one_character(cls, value: str, info: ValidationInfo) -> str:
        if len(value) != 1 and not (info.field_name == "quote" and value == ""):
            raise ValueError(f"expected one character, found {value!r}")
        return value

    @model_validator(mode="after")
    def _fixed_has_columns(self) -> "FileLayout":
        if self.format == "fixed" and not self.fixed_width:
            raise ValueError("format fixed needs fixedWidth")
        return self

    @model_validator(mode="after")
    def _parts_stand_in_the_name(self) -> "FileLayout":
        if bool(self.parts) != (PART_GROUP in re.compile(self.file_pattern).groupindex):
            raise ValueError(
                "parts and the named group (?P<part>...) in filePattern need each other: the group says which part a file is"
            )
        if self.parts and (len(self.parts) < 2 or len(set(self.parts)) < len(self.parts)):
            raise ValueError(f"parts: expected two or more different ones, found {list(self.parts)}")
        return self

    @model_validator(mode="after")
    def _line_ends_are_of_csv(self) -> "FileLayout":
        if "final_line_end" in self.model_fields_set and self.format != "csv":
            raise ValueError(
                f"finalLineEnd is of format csv; a file of format {self.format} shows by itself that it is whole"
            )
        return self

    @property
    def file_fields(self) -> tuple[str, ...]:
        """Canonical fields whose value is a named group of the file name."""
        return tuple(n for n in re.compile(self.file_pattern).groupindex if n not in (DATE_GROUP, PART_GROUP))


class AdministrationRule(Part):
    """Whose rows these are: one code for the file, or a column."""

    code: str | None = None
    column: str | None = None
    code_list: dict[str, str] = {}
    code_list_file: CodeListFile | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "AdministrationRule":
        if (self.code is None) == (self.column is None):
            raise ValueError("give either code or column")
        return self


class Numbers(Part):
    """How numbers are written. Minus before or after, and parentheses, are always understood."""

    decimal: Literal[",", "."] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ""
    scientific: Literal["refuse", "exact"] = "refuse"

    @model_validator(mode="after")
    def _differ(self) -> "Numbers":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same character")
        return self


class Amounts(Part):
    """What amounts are in: the unit and sign that turn them into whole currency with cost positive."""

    unit: Literal[1, 1000, 1000000] = 1
    sign: Literal[1, -1] = 1
    vat: Literal["excluded", "included"] = "excluded"
    price_year: int | None = None


class Unpivot(Part):
    """Wide columns that become rows: each named column gives the value of `into` and sets the fields listed."""

    into: str
    columns: dict[str, dict[str, str]]


class RejectionThreshold(Part):
    """How many rows of a delivery may be rejected before it is refused whole."""

    rows: int | None = Field(default=None, ge=0)
    share: float = Field(default=0.05, ge=0, le=1)


class RowRule(Part):
    """A rule on one row: a column against a range, a pattern, another column, or required when another has a value."""

    column: str
    between: tuple[float, float] | None = None
    matches: str | None = None
    not_before: str | None = None
    required_when: dict[str, list[str]] | None = None
    description: str

    @model_validator(mode="after")
    def _one_kind(self) -> "RowRule":
        kinds = (self.between, self.matches, self.not_before, self.required_when)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("give one of between, matches, notBefore and requiredWhen")
        return self

    @property
    def columns(self) -> set[str]:
        """Every field that the rule looks at."""
        return {self.column} | ({self.not_before} if self.not_before else set()) | set(self.required_when or ())


class Correction(Part):
    """A known error of the source, mended by data: which rows, which column, what instead, why, and how many rows it must hit."""

    where: dict[str, str]
    column: str
    action: Literal["replace", "empty"] = "replace"
    value: str | None = None
    reason: str
    expect: int = Field(ge=1)
    business_dates: tuple[date, ...] = ()


class ControlTotals(Part):
    """What every file must come to: its rows, and its amounts in the file's own unit and sign."""

    rows: int | None = None
    amount: Decimal | None = None


class Compose(Part):
    """A value made of several columns. With `skip`, an empty part is left out; else the value is then missing."""

    columns: list[str]
    separator: str = "/"
    empty_parts: Literal["refuse", "skip"] = "refuse"


class LayoutChange(Part):
    """What is different in files whose business date is `from_date` or later."""

    from_date: date
    headers: dict[str, str] = {}
    compose: dict[str, Compose] = {}
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    dates: tuple[str, ...] | None = None
    numbers: Numbers | None = None
    amounts: Amounts | None = None


class Column(Part):
    """How one canonical field is found in the file and understood."""

    name: str
    physical_name: str | None = None
    business_name: str | None = None
    required: bool = False
    formats: tuple[str, ...] = ()
    code_list: dict[str, str] | None = None
    code_list_file: CodeListFile | None = None
    multi_valued: str | None = None
    compose: Compose | None = None
    aliases: tuple[str, ...] = ()
    optional: bool = False
    amount_unit: Literal[1, 1000, 1000000] | None = None
    sign: Literal[1, -1] | None = None
    register_code: Literal["cvr", "ean"] | None = Field(default=None, alias="register")

    @property
    def source_names(self) -> tuple[str, ...]:
        """Headers this column is read from: one (with its aliases), or several when composed."""
        return tuple(self.compose.columns) if self.compose else (self.physical_name or self.name,)


class QualityRule(Part):
    """One check of the standard's library on every delivery."""

    metric: Literal["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"]
    column: str | None = None
    severity: str = "warning"
    description: str = ""
    unit: Literal["rows", "percent"] = "rows"
    arguments: dict[str, object] = {}
    must_be: float | None = None
    must_be_greater_than: float | None = None
    must_be_greater_or_equal_to: float | None = None
    must_be_less_than: float | None = None
    must_be_less_or_equal_to: float | None = None
    must_be_between: tuple[float, float] | None = None

    @property
    def is_critical(self) -> bool:
        return self.severity == "critical"


class Promise(Part):
    """How often a delivery comes, and how many days of grace it has."""

    frequency_value: int = Field(default=1, ge=1)
    frequency_unit: FrequencyUnit = "month"
    latency_days: int = Field(default=0, ge=0)
