"""What dbt said of one build: which models and tests the manifest expects, and their results. dbt is not run here."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.audit.engine import without_values
from pipelines.audit.result import CheckResult, Outcome, Severity
from pipelines.errors import AuditFailed

WITHOUT_RESULT = ("ephemeral",)
OUTCOMES = {
    "success": Outcome.passed,
    "pass": Outcome.passed,
    "warn": Outcome.warning,
    "fail": Outcome.failed,
    "skipped": Outcome.skipped,
}


class Part(BaseModel):
    """Base: what we read of dbt's files; they hold much more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class NodeConfig(Part):
    """The configuration of a node that matters here."""

    severity: str = "ERROR"
    materialized: str = ""


class Column(Part):
    """A column of a model, and who may see it."""

    meta: dict[str, object] = {}


class TestMetadata(Part):
    """Which generic test a test is, and of what."""

    name: str
    kwargs: dict[str, object] = {}


class Node(Part):
    """A model or test of the manifest."""

    unique_id: str
    name: str
    resource_type: str
    schema_name: str = Field(default="", alias="schema")
    description: str = ""
    config: NodeConfig = NodeConfig()
    columns: dict[str, Column] = {}
    meta: dict[str, object] = {}
    column_name: str | None = None
    attached_node: str | None = None
    test_metadata: TestMetadata | None = None

    @property
    def kind(self) -> Literal["dbt_model", "dbt_test"]:
        return "dbt_test" if self.resource_type == "test" else "dbt_model"

    @property
    def check_id(self) -> str:
        kind, _, name = self.unique_id.split(".", 2)
        return f"dbt.{kind}.{name}"

    @property
    def severity(self) -> Severity:
        return "warning" if self.kind == "dbt_test" and self.config.severity.lower() == "warn" else "critical"

    @property
    def table_name(self) -> str:
        return self.attached_node.split(".")[2] if self.attached_node else self.name if self.kind == "dbt_model" else ""

    @property
    def hidden_columns(self) -> frozenset[str]:
        """The columns that are classified restricted or personal, by themselves or with their model."""
        return frozenset(
            name
            for name, column in self.columns.items()
            if column.meta.get("classification", self.meta.get("classification")) in ("restricted", "personal")
        )


class Manifest(Part):
    """dbt's manifest: every model and test that a build must have a result for."""

    nodes: dict[str, Node]

    @property
    def expected(self) -> list[Node]:
        """Models and tests. Unit tests prove the logic where it is changed, not each night; they stand elsewhere."""
        kinds = ("model", "test", "seed", "snapshot")
        nodes = (n for n in self.nodes.values() if n.resource_type in kinds)
        return sorted((n for n in nodes if n.config.materialized not in WITHOUT_RESULT), key=lambda n: n.check_id)

    def hidden_columns(self, schema: str, table: str) -> frozenset[str]:
        """The classified columns of one table."""
        found = (n for n in self.nodes.values() if n.kind == "dbt_model" and (n.schema_name, n.name) == (schema, table))
        return frozenset(column for node in found for column in node.hidden_columns)


class RunResult(Part):
    """What dbt says of one node."""

    unique_id: str
    status: str
    message: str | None = None
    failures: int | None = None


class RunResults(Part):
    """dbt's run_results.json."""

    results: tuple[RunResult, ...]


def load_manifest(dbt_target: Path) -> Manifest:
    """The manifest of a build. Raises AuditFailed when it is missing: without it nothing is known to be expected."""
    path = dbt_target / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise AuditFailed(
            f"Cannot read dbt's manifest {path}: {without_values(error)}. Without it nobody knows which checks are "
            "due. Run the refresh again."
        ) from error


def dbt_checks(manifest: Manifest, dbt_target: Path) -> list[CheckResult]:
    """One check per expected model and test; one without a result has failed."""
    found = {result.unique_id: result for result in _results(dbt_target / "run_results.json")}
    return [_check(node, found.get(node.unique_id)) for node in manifest.expected]


def _results(path: Path) -> tuple[RunResult, ...]:
    try:
        return RunResults.model_validate_json(path.read_bytes()).results
    except (OSError, ValidationError):
        return ()  # then every node is without a result, which the checks say one by one


def _check(node: Node, result: RunResult | None) -> CheckResult:
    outcome, english, danish = _verdict(node, result)
    sentence, sentence_da = _stated(node)
    return CheckResult(
        check_id=node.check_id,
        gate="build",
        kind=node.kind,
        severity=node.severity,
        outcome=outcome,
        sentence=f"{sentence}: {english}.",
        sentence_da=f"{sentence_da}: {danish}.",
        table_name=node.table_name,
        column_name=node.column_name or "",
        unexpected_count=result.failures if result and node.kind == "dbt_test" else None,
    )


def _verdict(node: Node, result: RunResult | None) -> tuple[Outcome, str, str]:
    if result is None:
        return (
            Outcome.failed,
            "dbt was expected to run it and has no result",
            "dbt skulle køre den, men har intet resultat",
        )
    outcome = OUTCOMES.get(result.status, Outcome.error)
    if outcome is Outcome.passed:
        return outcome, "dbt agrees", "dbt bekræfter det"
    if outcome is Outcome.skipped:
        return (
            outcome,
            "dbt skipped it because something before it failed",
            "dbt sprang den over, fordi noget før den fejlede",
        )
    if outcome is Outcome.error:
        found = without_values(result.message or result.status)
        return outcome, f"dbt could not run it ({found})", f"dbt kunne ikke køre den ({found})"
    rows = f"{result.failures:,}" if result.failures is not None else "some"
    return outcome, f"dbt found {rows} rows that break it", f"dbt fandt {rows.replace(',', '.')} rækker, der bryder det"


def _stated(node: Node) -> tuple[str, str]:
    """The rule behind a node in words, in English and Danish."""
    table, column = node.table_name, node.column_name or ""
    if node.kind == "dbt_model":
        return (
            f"The model {node.schema_name}.{node.name} is built",
            f"Modellen {node.schema_name}.{node.name} er bygget",
        )
    if node.description:
        text = " ".join(node.description.split()).removesuffix(".")
        return text, text
    test = node.test_metadata
    kwargs = test.kwargs if test else {}
    match test.name if test else "":
        case "unique":
            return f"No two rows of {table} have the same {column}", f"Ingen to rækker i {table} har samme {column}"
        case "not_null":
            return f"Every row of {table} has {column}", f"Alle rækker i {table} har {column}"
        case "accepted_values":
            return f"Every {column} of {table} is a known value", f"Alle {column} i {table} er kendte værdier"
        case "relationships":
            other = str(kwargs.get("to", "")).removeprefix("ref('").removesuffix("')")
            return f"Every {column} of {table} is in {other}", f"Alle {column} i {table} findes i {other}"
        case "unique_combination":
            columns = ", ".join(str(c) for c in _listed(kwargs.get("columns")))
            return f"No two rows of {table} have the same {columns}", f"Ingen to rækker i {table} har samme {columns}"
        case "expression_is_true":
            rule = str(kwargs.get("expression", ""))
            return f"In every row of {table}, {rule}", f"I alle rækker i {table} gælder {rule}"
    return f"The test {node.name} holds", f"Testen {node.name} er opfyldt"


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else json.loads(value) if isinstance(value, str) else []
