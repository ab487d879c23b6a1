"""A contract's own quality rules (the standard's library metrics) as expectations; see docs/contracts.md."""

from dataclasses import dataclass

from pipelines.audit.engine import literal, quoted
from pipelines.audit.result import Severity
from pipelines.audit.suites import Rule, RuleMeta
from pipelines.contracts.parts import QualityRule
from pipelines.errors import ConfigurationError

STATED = {
    "nullValues": "Rows without a value in {0}",
    "missingValues": "Rows with a missing value in {0}",
    "invalidValues": "Rows with an invalid value in {0}",
    "duplicateValues": "Rows that repeat a value of {0}",
    "rowCount": "Rows",
}


@dataclass(frozen=True)
class Bounds:
    """What the count of a quality rule must be, in rows or percent of rows. Great Expectations counts, this decides."""

    rule: QualityRule

    def allow(self, count: int, rows: int) -> bool:
        """True when `count` of `rows` rows keeps every bound stated; a rule without bounds means none at all."""
        rule = self.rule
        value = 100 * count / rows if rule.unit == "percent" and rows else count
        low, high = rule.must_be_between or (float("-inf"), float("inf"))
        stated = [
            rule.must_be is None or value == rule.must_be,
            rule.must_be_greater_than is None or value > rule.must_be_greater_than,
            rule.must_be_greater_or_equal_to is None or value >= rule.must_be_greater_or_equal_to,
            rule.must_be_less_than is None or value < rule.must_be_less_than,
            rule.must_be_less_or_equal_to is None or value <= rule.must_be_less_or_equal_to,
            low <= value <= high,
        ]
        return all(stated) if self.words else value == 0

    @property
    def words(self) -> str:
        """The bounds as a person says them."""
        rule = self.rule
        parts = [
            ("must be {:g}", rule.must_be),
            ("must be more than {:g}", rule.must_be_greater_than),
            ("must be at least {:g}", rule.must_be_greater_or_equal_to),
            ("must be fewer than {:g}", rule.must_be_less_than),
            ("must be at most {:g}", rule.must_be_less_or_equal_to),
        ]
        said = [text.format(value) for text, value in parts if value is not None]
        if rule.must_be_between:
            said.append("must be {:g} to {:g}".format(*rule.must_be_between))
        return " and ".join(said)


def quality_rule(number: int, rule: QualityRule) -> Rule:
    """The expectation that counts what the quality rule is about.

    Raises ConfigurationError when the rule names nothing to look at.
    """
    columns = [rule.column] if rule.column else [str(name) for name in _listed(rule, "properties")]
    if not columns and rule.metric != "rowCount":
        raise ConfigurationError(f"quality rule {rule.metric}: expected on a property, or with arguments.properties.")
    severity: Severity = "critical" if rule.is_critical else "warning"
    stated = STATED[rule.metric].format(", ".join(columns))
    unit = " percent" if rule.unit == "percent" else ""
    sentence = rule.description or f"{stated} {Bounds(rule).words or 'must be 0'}{unit}"
    plain = sentence.replace("{", "{{").replace("}", "}}")
    check = f"quality_{number}_{'_'.join([rule.metric, *columns])}"
    kind, kwargs = _counted(rule, columns)
    meta = RuleMeta(check=check, sentence=plain, sentence_da=plain)
    return Rule.model_validate({"type": kind, "kwargs": kwargs, "meta": meta, "severity": severity})


def _counted(rule: QualityRule, columns: list[str]) -> tuple[str, dict[str, object]]:
    """Expectation type and kwargs whose unexpected count is the metric's."""
    if rule.metric == "rowCount":
        return "expect_table_row_count_to_be_between", {"min_value": 0}
    if rule.metric == "duplicateValues" and len(columns) > 1:
        return "expect_compound_columns_to_be_unique", {"column_list": columns}
    column = columns[0]
    if rule.metric == "duplicateValues":
        return "expect_column_values_to_be_unique", {"column": column}
    if rule.metric == "nullValues":
        return "expect_column_values_to_not_be_null", {"column": column}
    query = f"select {quoted(column)} from {{batch}} where {_faulty(rule, column)}"
    return "unexpected_rows_expectation", {"unexpected_rows_query": query}


def _faulty(rule: QualityRule, column: str) -> str:
    """The SQL condition that is true of a missing or an invalid value."""
    text = f"cast({quoted(column)} as varchar)"
    if rule.metric == "missingValues":
        values = [str(v) for v in _listed(rule, "missingValues") if v is not None]
        listed = f" or {text} in ({', '.join(map(literal, values))})" if values else ""
        return f"({quoted(column)} is null{listed})"
    pattern = rule.arguments.get("pattern")
    if pattern:
        return f"not regexp_full_match({text}, {literal(pattern)})"
    values = [str(v) for v in _listed(rule, "validValues")]
    if not values:
        raise ConfigurationError(f"quality rule invalidValues of {column}: expected arguments.validValues or pattern.")
    return f"{text} not in ({', '.join(map(literal, values))})"


def _listed(rule: QualityRule, argument: str) -> list[object]:
    found = rule.arguments.get(argument)
    return list(found) if isinstance(found, list) else []
