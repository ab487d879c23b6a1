"""From what was found to a verdict in words, in English and Danish. Nothing is run here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.audit.engine import Finding
from pipelines.audit.result import CheckResult, Gate, Outcome
from pipelines.audit.suites import Rule, in_words
from pipelines.contracts.catalogue import common_fields, datasets, reference_tables

PLAIN_ENDINGS = (
    "_id", "_code", "_codes", "_key", "_keys", "_date", "_year", "_amount", "_pct", "_count", "_rank", "_value",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Which gate and table a suite's verdicts are about; check ids begin with `prefix`."""

    gate: Gate
    prefix: str
    table: str


@cache
def _classifications() -> dict[str, set[tuple[str, str]]]:
    """(classification, type) of every canonical field by name."""
    found: dict[str, set[tuple[str, str]]] = {}
    tables = [d.fields for d in datasets().values()] + [t.columns for t in reference_tables().values()]
    for definitions in [*tables, common_fields()]:
        for name, definition in definitions.items():
            found.setdefault(name, set()).add((definition.classification, definition.type))
    return found


def may_be_shown(column: str) -> bool:
    """True when values of a column may stand as examples: not restricted, not personal, not free text.

    A column that the catalogue does not know is shown only when its name says that it is a code, date or figure.
    """
    known = _classifications().get(column)
    if known is None:
        return column.endswith(PLAIN_ENDINGS) or column.startswith(("is_", "has_"))
    return all(c == "open" or (c == "internal" and t != "text") for c, t in known)


def shown_columns(rules: Iterable[Rule], hidden: Iterable[str] = ()) -> frozenset[str]:
    """The columns of `rules` whose values may be shown; `hidden` are those that the warehouse itself classifies."""
    return frozenset(c for rule in rules for c in rule.columns if may_be_shown(c)) - frozenset(hidden)


def judge(rule: Rule, finding: Finding | None, place: Place, limits: Mapping[str, float | str]) -> CheckResult:
    """The verdict on one rule. No finding at all is a failure: what was expected did not run."""
    if finding is None:
        words = "was expected and did not run", "skulle køre, men kørte ikke"
        return _result(rule, place, limits, Outcome.failed, *words)
    if finding.error:
        words = f"could not be checked ({finding.error})", f"kunne ikke kontrolleres ({finding.error})"
        return _result(rule, place, limits, Outcome.error, *words)
    if finding.examined == 0:
        words = "no row has a value to check", "ingen række har en værdi"
        return _result(rule, place, limits, Outcome.not_applicable, *words)
    broken = Outcome.failed if rule.severity == "critical" else Outcome.warning
    words = _words_of_share(finding) if "mostly" in rule.kwargs else _words(finding)
    return _result(rule, place, limits, Outcome.passed if finding.holds else broken, *words, finding)


def without_rows(rule: Rule, place: Place, limits: Mapping[str, float | str], needed: Iterable[str]) -> CheckResult:
    """The verdict on a rule about a table that has no rows although its datasets are promised."""
    names = sorted(needed)
    promise = f" although a contract promises {' and '.join(names)}" if names else ""
    loefte = f", selv om en kontrakt lover {' og '.join(map(danish_name, names))}" if names else ""
    english = f"not shown, because {place.table} has no rows{promise}"
    danish = f"ikke vist, fordi {place.table} er tom{loefte}"
    return _result(rule, place, limits, Outcome.failed, english, danish, Finding("", False, examined=0))


def may_have_no_rows(rule: Rule, place: Place, limits: Mapping[str, float | str]) -> CheckResult:
    """The verdict on a rule about a table that has no rows and may have none."""
    english = f"not applicable, because {place.table} has no rows, which is allowed"
    danish = f"ikke relevant, fordi {place.table} er tom, hvilket den må være"
    return _result(rule, place, limits, Outcome.not_applicable, english, danish)


def nothing_before(rule: Rule, place: Place, limits: Mapping[str, float | str]) -> CheckResult:
    """The verdict on a rule about a change where nothing of the same stands before."""
    words = (
        "not applicable, because there is nothing before it to compare with",
        "ikke relevant, for der er intet før den",
    )
    return _result(rule, place, limits, Outcome.not_applicable, *words)


def without_table(rule: Rule, place: Place, limits: Mapping[str, float | str]) -> CheckResult:
    """The verdict on a rule about a table that the build lacks."""
    english = f"not shown, because the build has no table {place.table}"
    return _result(rule, place, limits, Outcome.failed, english, f"ikke vist, fordi tabellen {place.table} mangler")


def without_promise(rule: Rule, place: Place, limits: Mapping[str, float | str], lacking: Iterable[str]) -> CheckResult:
    """The verdict on a rule whose datasets no contract promises."""
    return _result(rule, place, limits, Outcome.not_applicable, *no_promise(lacking))


def no_promise(lacking: Iterable[str]) -> tuple[str, str]:
    """Why a check does not apply, in English and Danish."""
    names = sorted(lacking)
    return (
        f"not applicable, because no contract promises {' or '.join(names)}",
        f"ikke relevant, fordi ingen kontrakt lover {' eller '.join(map(danish_name, names))}",
    )


def danish_name(promised: str) -> str:
    """What a dataset, or a field of one (`systems.supplier_name`), is called in a Danish sentence."""
    dataset, _, name = promised.partition(".")
    if dataset not in datasets():
        return promised
    label = datasets()[dataset].label_da.lower()
    field = datasets()[dataset].fields.get(name)
    return f"{field.label_da.lower()} ({label})" if field else label


def share(part: int, whole: int) -> str:
    """A share as a percentage that is never rounded to 0 or 100 when it is not."""
    percent = 100 * part / whole
    text = f"{percent:.1f}"
    if 0 < percent < 100 and text in ("0.0", "100.0"):
        return "less than 0.1 %" if percent < 1 else "more than 99.9 %"
    return f"{text} %"


def _words(finding: Finding) -> tuple[str, str]:
    """What was found, in English and Danish."""
    rows, bad = finding.examined, finding.unexpected
    if bad is None:
        shown = _figure(finding.observed)
        if not shown:
            return ("it is so", "det er tilfældet") if finding.holds else ("it is not so", "det er ikke tilfældet")
        return f"found {shown}", f"fundet {danish_number(shown)}"
    if bad == 0:
        every = ("", "") if rows is None else (f" {rows:,}", f" {_danish(rows)}")
        return f"true of all{every[0]} rows", f"gælder alle{every[1]} rækker"
    of = ("", "") if rows is None else (f" of {rows:,}", f" af {_danish(rows)}")
    percent = ("", "") if rows is None else (f" ({share(bad, rows)})", f" ({_danish_share(share(bad, rows))})")
    listed = ", ".join(finding.examples)
    example = (f", such as {listed}", f", fx {listed}") if listed else ("", "")
    noun = ("row", "række") if (bad if rows is None else rows) == 1 else ("rows", "rækker")
    return (
        f"not true of {bad:,}{of[0]} {noun[0]}{percent[0]}{example[0]}",
        f"gælder ikke {_danish(bad)}{of[1]} {noun[1]}{percent[1]}{example[1]}",
    )


def _figure(observed: str) -> str:
    """An observed figure with separators; anything else as it is."""
    try:
        number = float(observed)
    except ValueError:
        return observed
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.2f}"


def _words_of_share(finding: Finding) -> tuple[str, str]:
    """What was found for a rule that a share of the rows must keep."""
    rows = finding.examined or 0
    good = rows - (finding.unexpected or 0)
    only = ("", "") if finding.holds else ("only ", "kun ")
    percent = share(good, rows)
    return (
        f"{only[0]}{good:,} of {rows:,} rows do ({percent})",
        f"det gør {only[1]}{_danish(good)} af {_danish(rows)} rækker ({_danish_share(percent)})",
    )


def danish_number(text: str) -> str:
    """A number written with English separators, written with Danish ones."""
    return text.translate(str.maketrans(",.", ".,"))


def _danish(number: int) -> str:
    return danish_number(f"{number:,}")


def _danish_share(text: str) -> str:
    return danish_number(text.replace("less than", "under").replace("more than", "over"))


def _result(
    rule: Rule,
    place: Place,
    limits: Mapping[str, float | str],
    outcome: Outcome,
    english: str,
    danish: str,
    finding: Finding | None = None,
) -> CheckResult:
    return CheckResult(
        check_id=f"{place.prefix}.{rule.meta.check}",
        gate=place.gate,
        kind="great_expectations",
        severity=rule.severity,
        outcome=outcome,
        sentence=f"{in_words(rule.meta.sentence, limits)}: {english}.",
        sentence_da=f"{in_words(rule.meta.sentence_da, _danish_numbers(limits))}: {danish}.",
        table_name=place.table,
        column_name=", ".join(rule.columns),
        observed_count=finding.examined if finding else None,
        unexpected_count=finding.unexpected if finding else None,
        examples=finding.examples if finding else (),
    )


class _DanishNumber(float):
    """A number that is formatted with Danish separators."""

    def __format__(self, form: str) -> str:
        return danish_number(super().__format__(form)).replace("%", " %")


def _danish_numbers(limits: Mapping[str, float | str]) -> dict[str, float | str]:
    return {name: value if isinstance(value, str) else _DanishNumber(value) for name, value in limits.items()}
