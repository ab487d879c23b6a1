"""What all assets share: owners, groups, the lock of a run, and how an error for people becomes a failed step."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipelines.errors import Locked, PortfolioError
from pipelines.instance import Instance
from pipelines.lock import refresh_lock
from pipelines.storage import storage_fault
from pipelines.transform.build import Build

OWNER = "team:it-portfolio"
LANDING, RAW, INPUTS, CASES, RELEASE = "s1_landing", "s2_raw", "s3_inputs", "s8_cases", "s9_release"
MODEL_GROUPS = {"staging": "s4_staging", "intermediate": "s5_intermediate", "core": "s6_core", "marts": "s7_marts"}


def build_of(context: Any, instance: Instance) -> Build:
    """The build folder of this run, which its first step makes: every step of a run works on the same one."""
    build = Build(instance.build / context.run.run_id)
    if not build.folder.is_dir():
        raise dg.Failure(
            description="This step works on the build that its own run begins with. "
            "Launch the job nightly_refresh instead of single assets; what has not changed is not done again.",
            allow_retries=False,
        )
    return build


def raw_key(contract_id: str) -> dg.AssetKey:
    """The asset of one contract's deliveries."""
    return dg.AssetKey(["raw", *contract_id.split(".")])


def input_key(name: str) -> dg.AssetKey:
    """The asset of one input table of a build."""
    return dg.AssetKey(["inputs", name])


@contextmanager
def told() -> Iterator[None]:
    """Let an error that is meant for people fail the step with its own sentence, and without a retry."""
    try:
        yield
    except PortfolioError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    except Exception as error:
        if sentence := storage_fault(error):
            raise dg.Failure(description=sentence, allow_retries=False) from error
        raise


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A small table to look at in the UI."""
    lines = [columns, ["---"] * len(columns), *rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))


def say(context: Any, sentence: str) -> None:
    """Tell a person how it goes: on the terminal, and in the run's log."""
    print(f"  {sentence}", flush=True)
    context.log.info(sentence)


def end_dead_runs(instance: Instance, dagster_instance: dg.DagsterInstance, but: str | None = None) -> None:
    """Report runs as failed that say they are running although nobody holds the refresh lock: their process was killed.

    Their half-made builds go. Call it only with the lock in hand. Without it such a run would block Dagster's queue for ever.
    """
    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    for run in dagster_instance.get_runs(filters=running):
        if run.run_id != but:
            dagster_instance.report_run_failed(
                run, f"The process of this run ended without a word; found dead in {instance.root}."
            )
            shutil.rmtree(instance.build / run.run_id, ignore_errors=True)


class RefreshLock(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Holds the refresh lock of one instance for as long as a run's steps need it."""

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RefreshLock"]:
        """Take the lock before the first step and give it back after the last."""
        try:
            instance = Instance.load(self.root)
            with refresh_lock(instance):
                if context.instance:
                    end_dead_runs(instance, context.instance, context.run_id)
                yield self
        except Locked as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
