"""The proposal: everything that a drafted contract will say, and what a person must answer. Finding it is in propose.py."""

from dataclasses import dataclass, field

from pipelines.contracts.catalogue import Dataset, FieldDefinition, common_fields
from pipelines.draft.assign import ADMINISTRATION, Match
from pipelines.draft.names import NamePattern
from pipelines.draft.shape import Shape
from pipelines.draft.sniff import Row, Sniffed
from pipelines.draft.values import FISCAL_YEAR, NumberStyle, empty_dates, separator
from pipelines.draft.wide import Wide
from pipelines.draft.words import accepted_value, is_personal

MOSTLY_CVR, MOSTLY_EAN = 0.5, 0.9  # a faulty CVR number costs a warning, a faulty EAN the row
SEVERAL = 3  # values; fewer may pass the check by chance


@dataclass(frozen=True)
class CodeList:
    """What the source writes and the value meant; `unknown` was not understood."""

    known: dict[str, str]
    unknown: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return bool(self.unknown) or any(key != value for key, value in self.known.items())


@dataclass(frozen=True)
class Key:
    """A field made of one or several columns, which may be fields of their own as well."""

    columns: tuple[str, ...]


@dataclass
class Proposal:
    """A contract that is proposed for one file."""

    dataset: Dataset
    file_name: str
    owner: str
    sniffed: Sniffed
    shape: Shape
    names: NamePattern
    wide: Wide | None
    matches: list[Match]
    keys: dict[str, Key] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    administration: dict[str, object] = field(default_factory=dict)
    administration_match: Match | None = None
    numbers: NumberStyle = field(default_factory=NumberStyle)
    unit: int = 1
    units: dict[str, int] = field(default_factory=dict)
    sign: int = 1
    with_vat: bool = False
    price_year: int | None = None
    missing: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def definition(self, name: str) -> FieldDefinition:
        """The catalogue's definition of a field."""
        return self.dataset.fields.get(name) or common_fields()[name]

    @property
    def rows(self) -> list[Row]:
        """The data rows of the sample."""
        return self.shape.rows

    @property
    def fields(self) -> list[Match]:
        """The matches that become properties, in the catalogue's order."""
        order = [*self.dataset.fields, *common_fields()]
        return sorted((m for m in self.matches if m.field != ADMINISTRATION), key=lambda m: order.index(m.field))

    @property
    def ignored(self) -> list[tuple[str, str]]:
        """Columns that nothing takes, each with a reason."""
        used = {m.column.header for m in self.matches} | set(self.wide.columns if self.wide else ())
        used |= {c for key in self.keys.values() for c in key.columns}
        repeated = set(self.wide.repeated) if self.wide else set()
        left = dict.fromkeys(c.header for c in self.shape.columns if c.header not in used)
        return [(header, _why_ignored(header, header in repeated, header in self.shape.doubled)) for header in left]

    def dates_of(self, match: Match) -> str:
        """The date style of a matched column, empty where ingestion knows it anyway."""
        style, share = match.column.date_style
        return style if share and self.definition(match.field).type == "date" else ""

    @property
    def empty_dates(self) -> list[str]:
        """Texts that stand for no date in the date columns."""
        dated = [m for m in self.fields if self.definition(m.field).type == "date"]
        return sorted({text for m in dated for text in empty_dates(m.column.distinct)})

    def code_list(self, match: Match) -> CodeList | None:
        """The code list of a field with accepted values."""
        definition = self.definition(match.field)
        if not definition.values:
            return None
        found = {
            v: (v if v in definition.values else accepted_value(match.field, v)) for v in sorted(match.column.distinct)
        }
        known = {v: meant for v, meant in found.items() if meant is not None}
        lists = CodeList(known, tuple(v for v, meant in found.items() if meant is None))
        return lists if lists.is_needed else None

    def separator_of(self, match: Match) -> str | None:
        """What stands between several values in a cell, None where ingestion knows it."""
        sign = separator(match.column.distinct) if self.definition(match.field).type == "codes" else None
        return None if sign == "|" else sign

    def register_of(self, match: Match) -> str | None:
        """The register whose numbers most values are."""
        definition = self.definition(match.field)
        if self.dataset.class_field(match.field):
            return "cvr" if match.column.cvr > MOSTLY_CVR else None
        may_be = definition.type == "code" and not definition.values and len(match.column.distinct) >= SEVERAL
        return "ean" if may_be and match.column.ean >= MOSTLY_EAN else None

    def year_style(self, match: Match) -> str | None:
        """The style of a year that is written as two."""
        is_year = self.definition(match.field).type == "year"
        return "yyyy-yyyy" if is_year and match.column.share(FISCAL_YEAR) > 0.5 else None


def _why_ignored(header: str, is_repeated: bool, is_doubled: bool) -> str:
    if is_personal(header):
        return "names a person"
    if is_doubled:
        return "the header occurs more than once"
    return "says the same as another column to unpivot" if is_repeated else "matches no field"
