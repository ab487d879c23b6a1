"""The business cases as Dagster assets: one step between dbt and audit. What is calculated is in pipelines/cases."""

from collections.abc import Iterable, Iterator

import dagster as dg

from pipelines.cases.candidates import CANDIDATES, MEMBERS
from pipelines.cases.run import write_cases
from pipelines.cases.tables import declared_descriptions
from pipelines.defs.common import CASES, OWNER, build_of, say, told
from pipelines.instance import Instance
from pipelines.transform.configured import instance_of


def case_assets(instance: Instance, models: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The tables of business cases, written into the build's warehouse after the models that they read."""
    read = [key for key in models if key.path[-1] in (CANDIDATES, MEMBERS)]

    @dg.multi_asset(
        name="business_cases",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(name.split(".")),
                deps=read,
                description=question,
                group_name=CASES,
                owners=[OWNER],
                kinds={"python", "duckdb"},
            )
            for name, question in declared_descriptions().items()
        ],
    )
    def business_cases(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with told():
            build = build_of(context, instance)
            configured = instance_of(build, instance)
            outcome = write_cases(
                build.warehouse,
                configured.reference,
                build.as_of_date,
                configured.settings.price_year,
                build.cases_record,
            )
            say(
                context,
                outcome.empty_reason
                or f"business cases of {outcome.case_count} candidates, {outcome.case_with_figures_count} with figures",
            )
            for key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key, metadata={"cases": outcome.case_count})

    return business_cases
