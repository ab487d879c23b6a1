"""Wide columns: years, months or measures in the header that should become rows. Looks at headers and whether cells are numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.contracts.catalogue import Dataset
from pipelines.draft.values import NUMBER, Profile
from pipelines.draft.words import concepts_of, fold, is_no_amount, is_personal, likeness, vocabulary

YEAR_IN_HEADER = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
ALIKE = 0.62
GENERIC = {"amount", "budget", "cost", "year"}


@dataclass(frozen=True)
class Wide:
    """Columns to unpivot into one field, and what each header says of its rows. `repeated`: columns that say the same again."""

    into: str
    columns: Mapping[str, Mapping[str, str]]
    repeated: tuple[str, ...] = ()

    @property
    def fields(self) -> set[str]:
        return {self.into} | {name for given in self.columns.values() for name in given}


def find_wide(columns: Sequence[Profile], dataset: Dataset) -> Wide | None:
    """The columns to unpivot; None when fewer than two numeric columns say a year, a month or a measure."""
    if dataset.main_amount is None or dataset.main_amount not in dataset.fields:
        return None
    given: dict[str, Mapping[str, str]] = {}
    repeated: list[str] = []
    numeric = [c for c in columns if _may_be_amount(c)]
    with_measures = not any(_holds_measures(c, dataset) for c in columns)
    for column in numeric:
        said = header_says(column.header, dataset, with_measures)
        if said and said in given.values():
            repeated.append(column.header)
        elif said:
            given[column.header] = said
    shared = {tuple(sorted(said)) for said in given.values()}
    if len(given) < 2:
        return None
    if len(shared) > 1:  # some say a year and a measure, others less: keep the kind that most say
        kinds = sorted(shared, key=lambda kind: sum(tuple(sorted(s)) == kind for s in given.values()), reverse=True)
        repeated += [h for h, s in given.items() if tuple(sorted(s)) != kinds[0]]
        given = {h: s for h, s in given.items() if tuple(sorted(s)) == kinds[0]}
    return Wide(dataset.main_amount, given, tuple(repeated)) if len(given) > 1 else None


def _may_be_amount(column: Profile) -> bool:
    numbers = not column.values or column.share(NUMBER) >= 0.9
    return numbers and not is_no_amount(column.header) and not is_personal(column.header)


def _holds_measures(column: Profile, dataset: Dataset) -> bool:
    """Whether the cells of a column already say the measure."""
    field = measure_field(dataset)
    known = vocabulary().values.get(field or "", {})
    return bool(column.distinct) and sum(fold(v) in known for v in column.distinct) > 0.6 * len(column.distinct)


def measure_field(dataset: Dataset) -> str | None:
    """The field that says what an amount of the dataset measures."""
    return next((name for name in ("measure_code", "line_code") if name in dataset.fields), None)


def header_says(header: str, dataset: Dataset, with_measures: bool = True) -> dict[str, str]:
    """Year, month and measure that a header says, as far as the dataset has such fields; empty when none."""
    said: dict[str, str] = {}
    field = measure_field(dataset)
    if with_measures and field and (value := measure_in(header, field)):
        said[field] = value
    if (match := YEAR_IN_HEADER.search(header)) and "fiscal_year" in dataset.fields:
        said["fiscal_year"] = match.group(1)
    if "fiscal_period" in dataset.fields and (month := _month_in(header)):
        said["fiscal_period"] = str(month)
    return said


def _month_in(header: str) -> int | None:
    words = [w for w in fold(header).split() if not w.isdigit()]
    return vocabulary().months.get(words[0]) if len(words) == 1 else None


def measure_in(header: str, field: str) -> str | None:
    """The measure that a header names, None when it names none."""
    own = _bare(header)
    if not own:
        return None
    best = max(
        (
            (likeness(own, _bare(phrase)), value)
            for phrase, value in vocabulary().values[field].items()
            if _bare(phrase)
        ),
        default=(0.0, ""),
    )
    return best[1] if best[0] >= ALIKE else None


def _bare(text: str) -> dict[str, float]:
    """Words of a text, each as it stands, with what any amount column may be called weighing little."""
    weights = {}
    for word in fold(re.sub(r"[\[(].*?[\])]", "", text)).split():
        generic = set(concepts_of(word)) & GENERIC
        weights[word] = 0.05 if word.isdigit() else 0.3 if generic else 1.0
    return weights
