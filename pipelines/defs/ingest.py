"""Assets from landing to a build's inputs: archive, one raw asset per contract, input tables, links."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from pipelines.audit.delivery import EXPECTATIONS
from pipelines.audit.suites import load_suites
from pipelines.configuration import Configuration
from pipelines.contracts.catalogue import datasets, reference_tables
from pipelines.defs.common import INPUTS, LANDING, OWNER, RAW, build_of, input_key, raw_key, say, told
from pipelines.defs.delivery_checks import accepted_check, delivery_check_specs, delivery_metadata, on_time_check
from pipelines.defs.postgres import catch_up
from pipelines.errors import PortfolioError
from pipelines.files import write_json
from pipelines.ingest.archive import Archive
from pipelines.ingest.ingest import ingest
from pipelines.ingest.landing import land
from pipelines.instance import Instance
from pipelines.linkage.links import TABLES, make_links
from pipelines.release.pointer import current_release, release_before
from pipelines.release.publish import clean_leftovers
from pipelines.release.standing import hold_of
from pipelines.transform.build import Build, new_build
from pipelines.transform.configured import configuration_of, configure
from pipelines.transform.inputs import lay_out
from pipelines.transform.plan import end_of_day, make_plan, today
from pipelines.transform.previous import DESCRIPTIONS, lay_out_previous, lay_out_profile
from pipelines.transform.spark import DUCKDB, require_engine

UNCHANGED = "verified unchanged: the same deliveries, configuration, as-of date and code as the current release"
ARCHIVE = dg.AssetKey("archive")


class RefreshConfig(dg.Config):
    """What can be asked of a refresh."""

    as_of_date: str | None = Field(
        default=None, description="Day (YYYY-MM-DD) whose deliveries and configuration count; empty means today."
    )
    force: bool = Field(
        default=False, description="Build and release even when nothing changed since the current release."
    )
    engine: str = Field(
        default=DUCKDB,
        description="What runs the models: duckdb, or spark (see docs/spark.md). The release is the same.",
    )


def ingest_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """The assets before dbt, for one instance's contracts."""
    return [_archive(configuration), _raw(configuration), _inputs(configuration), _links(configuration.instance)]


def _archive(configuration: Configuration) -> dg.AssetsDefinition:
    instance = configuration.instance

    @dg.asset(
        key=ARCHIVE,
        group_name=LANDING,
        owners=[OWNER],
        kinds={"python", "file"},
        description="Every file delivered so far, as received, under its SHA-256. Fails when landing or archive cannot be read; "
        "a file that matches no contract is named in the metadata and on the terminal, and is not taken.",
    )
    def archive(
        context: dg.AssetExecutionContext, config: RefreshConfig, refresh_lock: dg.ResourceParam[Any]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with told():
            require_engine(config.engine)
            clean_leftovers(instance)
            build = new_build(instance, context.run.run_id)
            Archive(instance.archive).keep_configuration(instance.root, configuration.files, configuration.content_hash)
            report = land(instance, list(configuration.contracts))
            for problem in report.problems:
                say(context, f"not taken: {problem}")
            say(context, f"landing: {len(report.received)} new deliveries, {report.known_count} known")
            as_of = as_day(config.as_of_date) if config.as_of_date else today(instance)
            if as_of > today(instance):
                raise PortfolioError(
                    f"As of {as_of}: expected today or a day before, found a day to come. Choose another day."
                )
            in_force = configure(build, configuration, end_of_day(as_of, instance))
            sentence = in_force.sentence(as_of) if as_of < today(instance) else ""
            if sentence:
                say(context, sentence)
            told_of = {"in_force_since": in_force.since.isoformat(), "sentence": sentence}
            write_json(
                build.folder / "run.json",
                {
                    "as_of_date": as_of.isoformat(),
                    "force": config.force,
                    "engine": config.engine,
                    "problems": report.problems,
                    "configuration": told_of,
                },
            )
            return dg.MaterializeResult(
                metadata={
                    "new_deliveries": len(report.received),
                    "known_files": report.known_count,
                    "not_taken": list(report.problems),
                }
            )

    return archive


def as_day(text: str) -> date:
    """The day that was asked for. Raises PortfolioError when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PortfolioError(f"as_of_date: expected a day such as 2026-09-30, found {text!r}. Correct it.") from error


@dataclass(frozen=True)
class _Run:
    """What the first step of a run leaves for the others. `configuration`: since when it is in force, and a sentence of it."""

    as_of: date
    force: bool
    engine: str
    problems: list[str]
    configuration: dict[str, str]

    @classmethod
    def of(cls, build: Build) -> "_Run":
        content = json.loads((build.folder / "run.json").read_text("utf-8"))
        as_of = date.fromisoformat(content["as_of_date"])
        return cls(as_of, content["force"], content["engine"], content["problems"], content["configuration"])


def _raw(configuration: Configuration) -> dg.AssetsDefinition:
    instance = configuration.instance
    specs = [
        dg.AssetSpec(
            raw_key(c.id),
            deps=[ARCHIVE],
            group_name=RAW,
            owners=[OWNER],
            kinds={"duckdb", "parquet"},
            description=f"{c.title}. Rows of {c.dataset_name} as contract {c.id} promises them, one Parquet file per delivery. "
            "A refused delivery leaves the one before it in force; its reason is in the metadata and in `portfolio status`.",
        )
        for c in configuration.contracts
    ]
    checks = [spec for c in configuration.contracts for spec in delivery_check_specs(c.id)]

    @dg.multi_asset(name="conform", specs=specs, check_specs=checks)
    def conform(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with told():
            build = build_of(context, instance)
            as_of = _Run.of(build).as_of
            moment = end_of_day(as_of, instance)
            configured = configuration_of(build, configuration)
            states = ingest(configured, moment, build.work, lambda sentence: say(context, sentence))
            for contract in configuration.contracts:
                mine = [s for s in states if s.contract.id == contract.id]
                yield dg.MaterializeResult(
                    asset_key=raw_key(contract.id),
                    metadata=delivery_metadata(mine),
                    check_results=[accepted_check(contract.id, mine), on_time_check(contract, mine, as_of)],
                )

    return conform


def _inputs(configuration: Configuration) -> dg.AssetsDefinition:
    instance = configuration.instance
    everything = [raw_key(c.id) for c in configuration.contracts]
    described = {
        f"raw_{n}": f"Accepted deliveries of {d.label_da} ({n}): {d.description}" for n, d in datasets().items()
    }
    described |= {f"reference_{n}": t.description for n, t in reference_tables().items()}
    described |= {
        "raw_delivery": "Every delivery, whether it counts, and its rows and amounts: source = accepted + rejected.",
        "raw_delivery_administration": "Every accepted delivery by administration, with its rows and amounts.",
        "raw_rejection": "Every fault of every rejected row with rule and reason, without the row's own text.",
        "raw_contract": "Every contract, what it promises, and whether it is late.",
    }
    described |= DESCRIPTIONS
    upstream = {f"raw_{n}": [raw_key(c.id) for c in configuration.contracts if c.dataset_name == n] for n in datasets()}
    specs = [
        dg.AssetSpec(
            input_key(name),
            deps=[ARCHIVE]
            if name.startswith(("reference_", "previous_"))
            else upstream.get(name, everything) or [ARCHIVE],
            group_name=INPUTS,
            owners=[OWNER],
            kinds={"parquet"},
            description=text + " Not made when nothing changed since the current release.",
            skippable=True,
        )
        for name, text in described.items()
    ]

    @dg.multi_asset(name="lay_out_inputs", specs=specs)
    def lay_out_inputs(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with told():
            build = build_of(context, instance)
            run, configured = _Run.of(build), configuration_of(build, configuration)
            as_of = run.as_of
            states = ingest(configured, end_of_day(as_of, instance), build.work, lambda sentence: None)
            if not any(s.is_in_force for s in states):
                reasons = [s.report.refusal_reason for s in states if s.report.refusal_reason]
                raise PortfolioError(
                    f"Nothing to release as of {as_of}: no delivery has been accepted yet. "
                    + (reasons[0] if reasons else f"Drop files into {instance.landing}/<administration>/.")
                )
            previous = release_before(instance, as_of)
            plan = make_plan(configured, states, as_of, current_release(instance), previous, run.problems)
            hold = hold_of(instance) if plan["is_of_today"] else None
            held = hold.sentence if hold and hold.keeps_off(plan["inputs"]) else None
            build.save_plan(
                plan | {"configuration": run.configuration, "held": held, "engine": run.engine, "force": run.force}
            )
            if (held or plan["is_unchanged"]) and not run.force:
                say(context, held or UNCHANGED)
                catch_up(context, instance)
                return
            lay_out(build, configured.instance, configured.contracts, states, as_of)
            _lay_out_previous(build, configured, plan["inputs"], previous)
            say(context, f"inputs laid out as of {as_of}: {sum(s.is_in_force for s in states)} deliveries in force")
            for name in described:
                yield dg.MaterializeResult(asset_key=input_key(name))

    return lay_out_inputs


def _lay_out_previous(
    build: Build, configuration: Configuration, inputs: dict[str, Any], previous: dict[str, Any] | None
) -> None:
    instance = configuration.instance
    folder, files = instance.releases, dict[str, str]()
    if previous is not None:
        folder = instance.releases / previous["release_id"]
        files = Archive(instance.archive).configuration_files(previous["inputs"]["configuration_hash"])
    lay_out_previous(build, folder, previous, inputs, configuration.files, files)
    lay_out_profile(build, folder, load_suites(EXPECTATIONS))


def _links(instance: Instance) -> dg.AssetsDefinition:
    sources = [input_key(f"raw_{n}") for n in ("systems", "contracts", "postings")]
    specs = [
        dg.AssetSpec(
            input_key(n),
            deps=sources,
            group_name=INPUTS,
            owners=[OWNER],
            kinds={"duckdb", "parquet"},
            description=text,
            skippable=True,
        )
        for n, text in TABLES.items()
    ]

    @dg.multi_asset(name="link", specs=specs)
    def link(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with told():
            for warning in make_links(build_of(context, instance), instance):
                say(context, warning)
            say(context, "links made")
            for name in TABLES:
                yield dg.MaterializeResult(asset_key=input_key(name))

    return link
