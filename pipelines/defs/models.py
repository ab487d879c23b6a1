"""The dbt models as Dagster assets: one step that runs one `dbt build` and owns the build file."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO, Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from pipelines.cases.run import lay_out_tables
from pipelines.defs.audit import audit_failure, audit_of
from pipelines.defs.common import MODEL_GROUPS, OWNER, build_of, input_key, say, told
from pipelines.instance import Instance
from pipelines.transform.build import Build
from pipelines.transform.carry import take_over_tables
from pipelines.transform.configured import instance_of
from pipelines.transform.dbt import DBT_EXECUTABLE, DBT_PROJECT, dbt_environment, dbt_variables
from pipelines.transform.lineage import Lineage, known_lineage, work_out_lineage
from pipelines.transform.spark import SPARK, SPARK_EXECUTABLE, spark_environment, take_over

PROGRESS_EVERY = 20


class _Progress:
    """dbt's output on a terminal: a sign of life now and then, and every warning or error, which are in dbt's own log too."""

    def __init__(self, terminal: IO[str]) -> None:
        self._terminal = terminal
        self._done = 0

    def write(self, text: str) -> int:
        """Show a line that needs eyes; count the others."""
        if re.search(r"\b(ERROR|FAIL|WARN)\b", text) and not text.startswith("Done."):
            self._terminal.write(f"  {text.strip()}\n")
        elif finished := re.search(r"(\d+) of (\d+) (OK|PASS)\b", text):
            self._done += 1
            if self._done % PROGRESS_EVERY == 0:
                self._terminal.write(f"  models and tests: {self._done} of {finished.group(2)}\n")
        return len(text)

    def flush(self) -> None:
        """Pass on to the terminal."""
        self._terminal.flush()


class PortfolioTranslator(DagsterDbtTranslator):
    """Sources are the build's inputs; models are grouped by the stage they stand in."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Key of a source or model: inputs/<name>, or <schema>/<name>."""
        if dbt_resource_props["resource_type"] == "source":
            return input_key(dbt_resource_props["name"])
        return dg.AssetKey([dbt_resource_props["fqn"][1], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group of a model: its stage."""
        return MODEL_GROUPS.get(dbt_resource_props["fqn"][1])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's description, without its SQL."""
        return str(dbt_resource_props.get("description") or "")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """One team owns all models."""
        return [OWNER]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A dbt test as a check with its own description, or a sentence made of its kind."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        node = manifest["nodes"][unique_id]
        kind = (node.get("test_metadata") or {}).get("name", "test").replace("_", " ")
        column = f" of column {node['column_name']}" if node.get("column_name") else ""
        return spec._replace(description=f"dbt: {kind}{column}. A failure keeps the current release in place.")


class _Dbt(DbtCliResource):
    """dbt without a second adapter in this process: it takes a second to make, and only counting rows afterwards would need it."""

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource(executable: Path = DBT_EXECUTABLE) -> DbtCliResource:
    """dbt of this very environment, or of the one that has Spark, whatever PATH says."""
    return _Dbt(project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=str(executable))


def _with_lineage(
    context: dg.AssetExecutionContext, invocation: DbtCliInvocation, build: Build, *, is_spark: bool
) -> Iterator[Any]:
    """dbt's events as they come, each model's with what its columns are made from, which is worked out of DuckDB's SQL.

    In the first run after a change of the models they come when dbt has ended: only then is it known.
    """
    known = known_lineage()
    events: Iterable[Any] = invocation.stream()
    if known is None and not is_spark:
        events = list(events)
        if invocation.is_successful():
            known = _worked_out(context, build)
    yield from _attached(context, events, known or {})


def _worked_out(context: dg.AssetExecutionContext, build: Build) -> Lineage:
    """The lineage of a finished build; empty, and said so, when it cannot be read out of the SQL: no night fails for the want of it."""
    try:
        return work_out_lineage(build)
    except Exception as error:
        say(
            context,
            f"the UI cannot show what columns are made from ({type(error).__name__}); the release is not touched by it",
        )
        return {}


def _attached(context: dg.AssetExecutionContext, events: Iterable[Any], known: Lineage) -> Iterator[Any]:
    """The events, with the lineage of the model that each is about."""
    keys = {key.path[-1]: key for key in (*context.assets_def.keys, *context.assets_def.dependency_keys)}
    for event in events:
        if isinstance(event, dg.Output):
            name = context.asset_key_for_output(event.output_name).path[-1]
            event = event.with_metadata({**event.metadata, **_column_lineage(known.get(name, {}), keys)})
        yield event


def _column_lineage(
    columns: Mapping[str, Sequence[tuple[str, str]]], keys: Mapping[str, dg.AssetKey]
) -> dict[str, dg.TableColumnLineage]:
    made_from = {
        column: [dg.TableColumnDep(keys[table], origin) for table, origin in origins if table in keys]
        for column, origins in columns.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(made_from)} if made_from else {}


def _taken_over(
    context: dg.AssetExecutionContext, build: Build, manifest: Path, variables: dict[str, Any]
) -> list[str]:
    """The models that are as the build before made them; none when somebody asked for everything to be made (`--force`)."""
    if build.plan()["force"]:
        return []
    names = take_over_tables(build, json.loads(manifest.read_text("utf-8")), variables)
    if names:
        say(context, f"models: {len(names)} tables and views are as before and taken over")
    return names


def model_assets(instance: Instance, manifest: Path) -> dg.AssetsDefinition:
    """All dbt models of the project as assets."""

    @dbt_assets(
        manifest=manifest,
        name="dbt_build",
        dagster_dbt_translator=PortfolioTranslator(DagsterDbtTranslatorSettings(enable_asset_checks=True)),
    )
    def dbt_build(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        build = build_of(context, instance)
        configured = instance_of(build, instance)
        is_spark = build.plan()["engine"] == SPARK
        variables = dbt_variables(build, configured)
        arguments = ["build", "--vars", json.dumps(variables), "--exclude-resource-type", "unit_test"]
        with told():
            taken_over = [] if is_spark else _taken_over(context, build, manifest, variables)
            os.environ.update(dbt_environment(build, taken_over) | (spark_environment(manifest) if is_spark else {}))
            engine = dbt_resource(SPARK_EXECUTABLE) if is_spark else dbt
            invocation = engine.cli(arguments, context=context, target_path=build.dbt_target, raise_on_error=False)
            with redirect_stdout(_Progress(sys.stdout)):
                yield from _with_lineage(context, invocation, build, is_spark=is_spark)
            if is_spark and invocation.is_successful():
                take_over(build)
            if not invocation.is_successful():
                lay_out_tables(build.warehouse)  # so that the audit speaks of what failed, and not of what comes after
                raise audit_failure(audit_of(build, configured), build)
            say(context, "models built and tested")

    return dbt_build
