"""How well a column's values fit a field of the catalogue: 0 (cannot be it) to 1. Headers are weighed in assign.py."""

import re

from pipelines.contracts.catalogue import FieldDefinition
from pipelines.draft.values import FISCAL_YEAR, FUNCTION, KLE, MAX_DISTINCT, UUID, YEAR, Profile, separator
from pipelines.draft.words import accepted_value

UNKNOWN = 0.5
LONG_TEXTS = {"system_description", "assessment_comment", "posting_text"}
LOOKS = {
    "capability_codes": KLE,
    "capability_code": KLE,
    "function_code": FUNCTION,
    "catalogue_key": UUID,
    "dranst_code": re.compile(r"\d"),
    "art_code": re.compile(r"\d(\.\d)?"),
    "fiscal_period": re.compile(r"0{0,2}([1-9]|1[0-6])"),
    "score_value": re.compile(r"[1-5]([.,]\d+)?"),
    "version_code": re.compile(r"[A-Z]?\d{4}(-\d{2})?|v?\d+(\.\d+)*", re.I),
    "system_version": re.compile(r"v?\d+([.\- ]\w+)*", re.I),
}


def fit(column: Profile, name: str, field: FieldDefinition, is_key: bool) -> float:
    """How well the values fit. An empty column tells nothing."""
    if not column.values:
        return UNKNOWN * 0.8
    if name == "supplier_registration_code":
        return _registration(column)
    if field.values:
        return _coded(column, name, field)
    by_type = {"date": _date, "year": _year, "amount": _amount, "number": _amount, "integer": _integer, "codes": _codes}
    value = by_type.get(field.type, _code if field.type == "code" else _text)(column)
    if name in LOOKS and value:
        value = min(1.0, 0.55 * value + 0.45 * _looks(column, LOOKS[name]))
    if is_key and field.type == "code" and value:
        value = 0.5 * value + 0.5 * column.uniqueness * min(1.0, column.filled)
    if name in LONG_TEXTS and value:
        value = min(1.0, value * (0.6 + min(column.mean_length, 80) / 80))
    return value


def strength(column: Profile, name: str, field: FieldDefinition) -> float:
    """How much the values alone tell that a column is this field, where the header tells nothing: 0 for most fields."""
    if not column.values:
        return 0.0
    if name == "supplier_registration_code":
        return column.cvr if len(column.distinct) >= 3 else 0.0
    if name in ("capability_codes", "capability_code", "function_code"):
        pattern = (
            re.compile(r"\d{2}\.\d{2}\.\d{2}") if name == "function_code" else re.compile(r"\d{2}\.\d{2}(\.\d{2})?")
        )
        return _looks(column, pattern) if len(column.distinct) >= 3 else 0.0
    if field.values and 2 <= len(column.distinct) <= MAX_DISTINCT:
        return 0.9 * sum(accepted_value(name, v) is not None for v in column.distinct) / len(column.distinct)
    if field.type == "date":
        return 0.4 * column.date_style[1]
    return 0.0


def _looks(column: Profile, pattern: re.Pattern[str]) -> float:
    sign = separator(column.distinct)
    parts = {p.strip() for v in column.distinct for p in (v.split(sign) if sign else [v])}
    return sum(1 for p in parts if pattern.fullmatch(p)) / len(parts) if parts else 0.0


def _registration(column: Profile) -> float:
    digits = sum(1 for v in column.distinct if re.fullmatch(r"[A-Z]{0,3}[-\d ]{7,14}[A-Z]?\d{0,3}", v.upper())) / len(
        column.distinct
    )
    return max(column.cvr, 0.75 * digits)


def _coded(column: Profile, name: str, field: FieldDefinition) -> float:
    values = column.distinct
    if len(values) > MAX_DISTINCT or column.mean_length > 60 or column.date_style[1] > 0.8:
        return 0.0
    known = sum(v in field.values or accepted_value(name, v) is not None for v in values) / len(values)
    return max(known, 0.45 if len(values) <= 15 and not any("." in v for v in values) else 0.2)


def _date(column: Profile) -> float:
    share = column.date_style[1]
    return share if share >= 0.7 else UNKNOWN * 0.8 if share == 0 and _only_empty_dates(column) else 0.0


def _only_empty_dates(column: Profile) -> bool:
    return all(re.fullmatch(r"[09\-./]+|31-12-9999", v) for v in column.distinct)


def _year(column: Profile) -> float:
    return share if (share := max(column.share(YEAR), column.share(FISCAL_YEAR))) >= 0.8 else 0.0


def _amount(column: Profile) -> float:
    if column.numeric < 0.8 or (column.date_style[1] > 0.8 and "." not in column.distinct[0]):
        return 0.0
    decimals = sum(1 for v in column.distinct if re.search(r"[.,]\d{1,3}-?\)?$", v)) / len(column.distinct)
    penalty = 0.3 if column.leading_zeros else 0.0
    return column.numeric * (0.8 + 0.2 * decimals) - penalty


def _integer(column: Profile) -> float:
    whole = column.share(re.compile(r"-?\d{1,9}([.,]0+)?|\d{1,3}([., ]\d{3})+"))
    if whole >= 0.8:
        return whole
    counted = column.share(re.compile(r"\d+\D+.*", re.S))
    return 0.5 if counted > 0.8 and len(column.distinct) <= 12 and column.mean_length < 40 else 0.0


def _codes(column: Profile) -> float:
    sign = separator(column.distinct)
    parts = {p.strip() for v in column.distinct for p in (v.split(sign) if sign else [v])}
    codes = sum(1 for p in parts if re.fullmatch(r"\S*\d\S*|\S{1,8}", p)) / len(parts)
    return (1.0 if sign else 0.75) * (0.4 + 0.6 * codes)


def _code(column: Profile) -> float:
    if column.date_style[1] > 0.8 and column.keyish == 1 and not column.share(re.compile(r"\d{4}-\d{2}|\d{8}")) > 0.8:
        return 0.0
    long = 0.5 if column.mean_length > 60 else 0.0
    fraction = 0.5 if column.share(re.compile(r"-?\d[\d. ]*,\d+-?")) > 0.3 else 0.0
    return max(0.1, 0.55 + 0.45 * column.keyish - long - fraction)


def _text(column: Profile) -> float:
    """Texts have letters; a text field may hold anything, but numbers, dates and keys rarely are names."""
    if column.date_style[1] > 0.8 or column.numeric > 0.9:
        return 0.15
    if column.share(UUID) > 0.8:
        return 0.1
    return 0.95 if column.share(re.compile(r".*[^\W\d_]{2}.*", re.S)) > 0.5 else 0.5
